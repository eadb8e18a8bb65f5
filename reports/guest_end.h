/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest-end.json in a run's folder: what the lab knows of a guest that went away with the run in it.
 * A run on a host has none.
 */
#pragma once

#include <stdint.h>

struct jsonw;

struct guest_end {
	const char *ended_by; /* "guest_killed" "guest_panicked" "guest_lost" "interrupted"; NULL: not known */
	char why[200];	      /* the lab's line, or its word for the end; empty where ended_by is NULL */
	const struct jsonw *findings; /* of its console: records of "memsoak scan-log"; NULL: not told */
	uint64_t findings_unlisted;
	struct jsonw *document; /* owned */
};

/* A file that is not there, or is none of the lab's, tells nothing: that is no error. */
void guest_end_read(const char *directory, struct guest_end *ret);
void guest_end_done(struct guest_end *end);
