/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room's tests: one group for each file, and real worker processes to try. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "base/process.h"
#include "workloads/shared.h"

int test_parts(void);
int test_worker(void);
int test_orders(void);
int test_failures(void);
int test_pressure(void);
int test_placer(void);

#define RIG_MAX_WORDS 32

/* build/memsoak-worker beside the test's own program. */
const char *rig_worker_path(void);

struct rig {
	struct worker_shared *shared;
	int control_fd, memory_fd, stdout_fd, stderr_fd;
	uint64_t *memory; /* the shared pages, seen from here */
	uint64_t pages, page_size;
	struct process process;
	bool is_running;
};

/* Shared memory for a worker, and @pages shared pages. */
void rig_open(struct rig *rig, uint64_t pages);

/* Starts "memsoak-worker WORDS ..." (NULL ends them); %C and %M stand for the two descriptors. */
void rig_start(struct rig *rig, const char *const words[]);

/* As above, and waits until it is ready and sets @active threads going. */
void rig_start_ready(struct rig *rig, const char *const words[], uint32_t active);

/* The exit status; the test fails when it does not come within a minute. */
int rig_wait(struct rig *rig);

/* What came there; lives until the next call. */
const char *rig_stdout(struct rig *rig);
const char *rig_stderr(struct rig *rig);

/* Tells it to stop, expects exit 0. */
void rig_stop(struct rig *rig);
void rig_close(struct rig *rig);

/* After each test: ends the worker that a failed one has left. */
int rig_tear_down(void **state);
#define rig_test(f) cmocka_unit_test_teardown(f, rig_tear_down)

/* Of all slots. */
uint64_t rig_sum(const struct rig *rig, size_t slot_field);
#define RIG_SUM(rig, field) rig_sum(rig, offsetof(struct worker_slot, field))

/* Waits until the sum exceeds @value, for a minute: then the test fails. */
void rig_wait_above(const struct rig *rig, size_t slot_field, uint64_t value);
#define RIG_WAIT_ABOVE(rig, field, value)                                                          \
	rig_wait_above(rig, offsetof(struct worker_slot, field), value)

/*
 * Waits until two readings of the sum, some time apart, differ by @tolerance at most; returns the
 * last one. The test fails when it grows and grows.
 */
uint64_t rig_wait_quiet(const struct rig *rig, size_t slot_field, uint64_t tolerance);
#define RIG_WAIT_QUIET(rig, field, tolerance)                                                      \
	rig_wait_quiet(rig, offsetof(struct worker_slot, field), tolerance)

/* Time for what should not happen to happen. */
void rig_settle(void);

/* True as root: page frames show. */
bool rig_sees_frames(void);
