/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hist triggers of tracefs: sums kept in the kernel by key, read as text. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* { ret: -11, common_pid: 123 } hitcount: 4 */
struct hist_sums {
	uint64_t attempts, succeeded, eagain;
	uint64_t drops; /* entries that found the kernel's table full */
};

/* Sums of the entries of thread @tid, or (-1) of all. false: the text is no hist of ours. */
bool trace_hist_parse(const char *text, pid_t tid, struct hist_sums *ret);

/* { reason: 3 } hitcount: 1 succeeded: 7 failed: 0: the two sums over all entries. */
bool trace_hist_parse_pages(const char *text, uint64_t *ret_succeeded, uint64_t *ret_failed);

/* Sets the trigger on an event; clears it. 0 or a negative errno. */
int trace_hist_start(const char *group, const char *event, const char *trigger);
void trace_hist_stop(const char *group, const char *event, const char *trigger);
/* The hist's text; owned by the caller, NULL when it cannot be read. */
char *trace_hist_read(const char *group, const char *event);
