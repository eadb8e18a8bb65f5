/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory blocks as the kernel shows them, with scripted answers to writes of "state". Without a
 * script a write does what the kernel does: it changes the state, and writing the state that a
 * block has already is EINVAL.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fsio.h"
#include "topology/topology.h"

#define FAKE_MAX_BLOCKS 8
#define FAKE_MAX_ANSWERS 32

enum fake_kind {
	FAKE_OBEYS,
	FAKE_FAILS,	      /* with .error, nothing changed */
	FAKE_FAILS_AND_OBEYS, /* with .error, and the state has changed all the same */
	FAKE_WAITS,	      /* for .signals signals, then as .error says (0: obeys) */
	FAKE_SLEEPS,	      /* .ns whatever arrives, EINTR when something did, else obeys */
	FAKE_IS_HELD,  /* until may_return is set; EINTR when something arrived, else obeys */
	FAKE_VANISHES, /* the block is unplugged before the write: .error */
	FAKE_OBEYS_AND_VANISHES,
	FAKE_OTHER_ZONE, /* comes online in Normal */
	FAKE_LIES,	 /* says yes and does nothing */
};

struct fake_answer {
	enum fake_kind kind;
	int error; /* positive */
	unsigned int signals;
	uint64_t ns;
};

struct fake_block {
	uint32_t id;
	uint32_t node;
	enum block_state state;
	enum zone zone;
	bool is_gone;
	unsigned int going_offline_reads; /* so many reads of state yet say "going-offline" */
	enum block_state then;		  /* what it is after those */
};

struct fake_sysfs {
	struct fsio fs;
	struct fake_block blocks[FAKE_MAX_BLOCKS];
	size_t n_blocks;
	struct fake_answer offline[FAKE_MAX_ANSWERS], online[FAKE_MAX_ANSWERS];
	size_t n_offline, n_online; /* scripted */
	size_t next_offline, next_online;
	struct fake_answer always_offline; /* when the script is at its end */
	struct fake_answer always_online;
	void (*on_write)(void *context, const char *text, uint32_t block);
	void *context;
	atomic_bool is_offlining; /* a write of "offline" is under way */
	atomic_bool may_return;	  /* set by the test: held writes go on */
};

/* @n blocks 40, 41 ..., online and movable, on node 1. */
void fake_sysfs_init(struct fake_sysfs *sys, size_t n);

/* Every block's state and valid_zones, as "grep ." would show them. */
void fake_sysfs_text(const struct fake_sysfs *sys, char *buffer, size_t size);

/*
 * From now on the cancel signal's handler counts, and tells whether it ran while something ran
 * that it must never hit: any access to the fake but a write of "offline".
 */
void fake_count_signals(void);
unsigned int fake_signals_seen(void);
unsigned int fake_signals_astray(void);
void fake_no_signal_please(bool on);
