/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tracefs prints, taken apart: hist triggers and kprobe_profile. No access to files here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hist_field {
	const char *name; /* "ret", "hitcount" */
	uint64_t value;	  /* as printed: of a negative one the two's complement */
};

#define HIST_LINE_MAX_FIELDS 8

/* One entry: "{ ret: 18446744073709551605, common_pid: 123 } hitcount: 4  failed: 2". */
struct hist_entry {
	struct hist_field fields[HIST_LINE_MAX_FIELDS];
	size_t n_fields;
};

struct hist_totals {
	uint64_t hits, dropped;
};

/*
 * Walks a `hist` file: @each for every entry, the totals at the end. false when the text has no
 * totals, so was no hist or was cut. The text is changed (NULs); names point into it.
 */
bool hist_text_walk(char *text, void (*each)(void *context, const struct hist_entry *entry),
		    void *context, struct hist_totals *ret_totals);

/* The value of field @name. false: this entry has none. */
bool hist_entry_get(const struct hist_entry *entry, const char *name, uint64_t *ret_value);

/*
 * The line of @event in kprobe_profile, which has no groups: only a name that nobody else uses is
 * found for certain. false: no such line.
 */
bool kprobe_profile_find(const char *text, const char *event, uint64_t *ret_hits,
			 uint64_t *ret_misses);

/*
 * Walks kprobe_events: @each for every "p:group/name ..." and "r512:group/name ...". The text is
 * changed.
 */
void kprobe_events_walk(char *text,
			void (*each)(void *context, const char *group, const char *name),
			void *context);
