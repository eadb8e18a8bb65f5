/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A write that only we may interrupt. offline_pages() gives up with EINTR as soon as any
 * unblocked signal is pending (mm/memory_hotplug.c, "signal backoff", v5.10 to v7.x), and without
 * one it may go on for ever. So the writing thread has every signal blocked, and lets one, the
 * cancel signal, in for the length of this write only.
 *
 * One signal is not enough. It is lost when it arrives before write(2) begins, and when it
 * arrives while the kernel waits for the hotplug lock: lock_device_hotplug_sysfs()
 * (drivers/base/core.c) answers ERESTARTNOINTR there, the handler runs and the call starts anew.
 * So it is sent again on every tick until the write has returned.
 *
 * It never hits anything but the write that it was meant for: it is sent under the lock and only
 * while is_writing, which the thread clears under the same lock; by then it has the signal blocked
 * again, and what came late is thrown away before the thread goes on.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "drive/drive.h"

struct fsio;

struct cancel {
	pthread_mutex_t lock;
	pthread_cond_t stopped; /* on CLOCK_MONOTONIC */
	bool is_stopping;
	bool is_finishing; /* nothing new is begun, and nothing is cancelled */
	/* The write that is under way. */
	bool is_writing;
	pid_t tid;
	uint32_t block;
	uint64_t start_ns;
	uint64_t deadline_ns; /* a duration; 0: none */
	uint32_t signals;
	uint64_t first_signal_ns;
	enum ended_by cause; /* of the first signal */
};

struct cancel_outcome {
	int error; /* 0 or a positive errno */
	uint64_t start_ns, end_ns;
	enum ended_by ended_by;
	uint32_t signals;
	uint64_t time_to_return_ns;
	bool stray_signal;
};

void cancel_init(struct cancel *c);
void cancel_done(struct cancel *c);

/* The signal's number, for tests. */
int cancel_signal(void);

/*
 * Writes "offline" to the state of memory@block. False: a stop or a finish was asked for, nothing was
 * written. To be called in a thread that called drive_block_signals().
 */
bool cancel_write_offline(struct cancel *c, struct fsio *fs, uint32_t block, uint64_t deadline_ns,
			  struct cancel_outcome *ret);

/* From other threads. */
void cancel_tick(struct cancel *c);
void cancel_stop(struct cancel *c);
void cancel_finish(struct cancel *c); /* the write that is under way goes on */
void cancel_progress(struct cancel *c, struct offline_progress *ret);

/* Sleeps; true when a stop or a finish was asked for, at once then. */
bool cancel_pause(struct cancel *c, uint64_t ns);
