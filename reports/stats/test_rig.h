/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boots that never ran: runs with given figures, and report files that say so. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/compare/compare.h"

int test_exact(void);
int test_permutation(void);
int test_survival(void);
int test_bootstrap(void);
int test_judge(void);
int test_outcome(void);
int test_lockup_kinds(void);
int test_read(void);
int test_refusals(void);
int test_calibration(void);

/* Two values that agree to @relative of the greater. */
void assert_near(double value, double expected, double relative);

#define RIG_MOST 64

/* Runs of two sides; rig_sides() puts the pointers into rig->sides. */
struct rig {
	struct compare_run runs[RIG_MOST];
	const struct compare_run *pointers[COMPARE_SIDES][RIG_MOST];
	struct compare_sides sides;
	size_t n;
};

/* A run that began after those before it, with nothing measured but what the caller then sets. */
struct compare_run *rig_add(struct rig *rig, enum compare_side side);
void rig_clear(struct rig *rig);

/* Base and test in balanced random blocks of @block; each run's EAGAIN is for the caller. */
void rig_interleave(struct rig *rig, size_t n, size_t block, uint64_t seed);

struct compare_count rig_count(double events, double of);
struct compare_options rig_options(void);

/* What a report file is to say. */
struct rig_report {
	const char *id, *boot_id, *start, *digest, *release, *ended, *source;
	unsigned int major, rungs;
	uint64_t seed, cpus, attempts, eagain, moved, not_moved;
	bool has_first, first_succeeded, has_faults;
	uint64_t offline_attempts, offline_succeeded, first_ns;
	uint64_t fault_ns, lockups, watchdog_thresh;
};
extern const struct rig_report rig_report_plain;

/* Writes it as a valid report; the folder is made on first use and goes with rig_files_done(). */
char *rig_write(const char *name, const struct rig_report *report); /* the path; owned by the caller */
char *rig_write_text(const char *name, const char *text);
char *rig_folder(void); /* owned by the caller */
int rig_files_done(void **state);
