/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An offline driver over the fake sysfs, with hooks that keep all that they are told. */
#pragma once

#include "drive/drive.h"
#include "drive/test_fake_sysfs.h"

#define RIG_MAX 64

struct rig {
	struct fake_sysfs sys;
	struct profile profile;
	struct plan plan;
	struct plan_block blocks[FAKE_MAX_BLOCKS];
	struct plan_phase phase;
	struct drive_hooks hooks;
	struct offline_driver *driver;
	/* What was told. */
	struct offline_event offline[RIG_MAX];
	struct online_event online[RIG_MAX];
	struct refused_event refused[RIG_MAX];
	char faults[RIG_MAX][256];
	atomic_size_t n_offline, n_online, n_refused, n_faults; /* may be waited for */
	char trace[4096]; /* every hook and every write, in order, "; " between */
	/* How it is to behave. */
	uint32_t failing_offline_intents, failing_online_intents; /* bit n: the n-th one fails */
	bool guard_refuses;
	uint64_t guard_bytes; /* asked of the guard */
	atomic_bool aim_waits, is_aiming;
	uint64_t counted; /* returned and raised by three by every reading */
	char memory_was[512];
};

/* @n blocks; the driver is to make @cycles attempts, with a deadline that is far away. */
void rig_init(struct rig *rig, size_t n, uint32_t cycles);

/* Scripts the answer to the next write that has none yet. */
void rig_answer_offline(struct rig *rig, struct fake_answer answer);
void rig_answer_online(struct rig *rig, struct fake_answer answer);

/* Every block's state and zone are what they were at rig_init() or rig_take_note(). */
void rig_take_note(struct rig *rig);
void rig_assert_as_before(const struct rig *rig);
void rig_start(struct rig *rig, uint64_t first_attempt);

/* Ticks every ms until the driver has ended, for WAIT_PATIENCE_NS at the most; joins; returns the
 * next attempt's number. */
uint64_t rig_finish(struct rig *rig);

/* Both. */
uint64_t rig_run(struct rig *rig);

/* Waits until a write of "offline" is under way: one that does not end by itself. */
void rig_wait_for_write(struct rig *rig);

/*
 * The shortest time from the end of an offline write to the start of the next, of the writes
 * @first, @first + @step and so on: what the driver pauses there is no longer, whatever the host
 * was doing. Only where there were RIG_MAX writes or fewer.
 */
uint64_t rig_shortest_gap_ns(const struct rig *rig, size_t first, size_t step);
