/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Closing a run that did not come to its end: evidence of the crash where the host went down, memory
 * and settings back, the fold. Can be repeated.
 */
#pragma once

#include <stdbool.h>

#include "record/record.h"
#include "service/restore.h"

struct err;
struct fsio;

struct recover_result {
	bool is_closed;	  /* it had an end record: only the fold was missing, if that */
	bool has_crashed; /* the host went down meanwhile: this is another boot */
	char profile[64];
	char verdict[16];
	struct restore_result restored;
	struct record_crash_evidence evidence; /* of a crash, as far as it was collected now */
	int crashes_in_a_row;
};

/* @id as in STATE/open. A negative errno when the run cannot be read or its report not be written. */
int recover_run(struct fsio *fs, const char *id, const char *directory,
		struct recover_result *ret_result, struct err *e);
