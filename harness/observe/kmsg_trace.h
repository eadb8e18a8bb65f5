/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What follows a header: registers, frames, notes; and where it ends. */
#pragma once

#include "observe/kmsg_finding.h"
#include "observe/kmsg_headers.h"

/* A finding that is still being written. */
struct open_finding {
	bool has_caller;
	uint64_t caller;
	uint64_t last_ns;    /* of the last line, on the log's clock */
	unsigned int strangers; /* lines in a row that do not look like a report's */

	bool has_frames_cpu, is_deaf; /* deaf: the frames are complete, what comes is others' */
	bool is_full;		      /* the text */
	bool has_ended;		      /* the trace, by its own mark: a stranger behind it ends all */
	bool has_place;		      /* the first frame is where the CPU was, of a line of its own */
	bool has_reliable;	      /* a frame without "?": the questionable ones are left out */
	uint32_t frames_cpu;
	uint64_t jiffies;
	bool has_jiffies;

	size_t frames_length, text_length, text_sure;
	unsigned int n_again; /* so many further reports are mixed into this one */

	/* What is above is cleared for each finding, what is below is set. */
	struct kmsg_finding f;
	char frames[KMSG_FRAMES_SIZE];
	char text[KMSG_TEXT_SIZE];
};

enum trace_line {
	TRACE_MEMBER,	/* belongs to the report */
	TRACE_STRANGER, /* may be anybody's */
	TRACE_LAST,	/* belongs to it, and nothing after it does */
	TRACE_OTHERS,	/* begins something else: the report has ended before */
};

/* What begins the lines of reports (4 bytes), and 8 bytes of the names of functions that migrate. */
struct trace_index {
	uint32_t words[1024];
	uint64_t functions[512];
};
void trace_index(struct trace_index *index);
bool trace_has_word(const struct trace_index *index, const char *text); /* of at least 4 bytes */

/* Says what the line is to the report, and takes from it what it tells. */
enum trace_line trace_take(const struct trace_index *index, struct open_finding *o,
			   struct kmsg_span line);

/* The line's text, if there is room; it counts once a member of the report comes after it. */
void trace_keep_text(struct open_finding *o, struct kmsg_span line, bool is_sure);

/* Is this function in migration, in offlining, or waiting for them? */
bool trace_is_migration(const struct trace_index *index, const char *name, size_t length);

/* Only RCU's reports tell jiffies. */
void trace_rcu_line(struct open_finding *o, struct kmsg_span line);
