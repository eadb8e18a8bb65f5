/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From lines of a kernel's log to findings. A line with a known header opens one; the lines that
 * follow belong to it until its trace ends, its CPU or task begins another one, or time goes by.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "observe/kmsg_kinds.h"

struct jsonw;
struct kmsg_record;

#define KMSG_MAX_FRAMES 64
#define KMSG_FRAMES_SIZE 4096
#define KMSG_TEXT_SIZE 8192
#define KMSG_COMM_SIZE 64
#define KMSG_WHEN_SIZE 48

/* What dump_page() told (mm/debug.c: __dump_page(), from 4.18 to 7.x). */
struct kmsg_page {
	bool is_there;
	bool has_pfn, has_refcount, has_mapcount;
	uint64_t pfn;
	int64_t refcount, mapcount;
	char reason[128]; /* "migration failure", "unmovable page"; "" not told */
	char flags[160];  /* the names: "locked|uptodate|lru"; "" none or not told */
};

struct kmsg_finding {
	enum kmsg_kind kind;
	bool has_time, has_cpu, has_seconds, has_pid, in_migration;
	uint64_t time_ns; /* the kernel's log clock, of the header */
	char when[KMSG_WHEN_SIZE]; /* the stamp as it is written, where the kernel's own is missing */
	uint64_t sequence;	   /* of the header's record, in /dev/kmsg */
	uint64_t order;	     /* the how-manieth header it was */
	uint32_t cpu;
	uint64_t seconds;
	char comm[KMSG_COMM_SIZE]; /* "": not told */
	int32_t pid;
	const char *frames; /* function names, the innermost first, each with its NUL */
	size_t n_frames;
	const char *text; /* the lines, prefixes cut, each but the last with a newline; no NUL at its end */
	size_t text_length;
	size_t title_length; /* of the header line, within the text */
	uint64_t same;	     /* equal in two findings: the same trouble again */
	struct kmsg_page page;
	uint64_t count;
};

/* One line, its prefix cut. */
struct kmsg_line {
	const char *text;
	size_t length;
	bool has_time, has_caller;
	bool is_continued; /* part of a message that began before: it opens nothing */
	bool is_bare;	   /* no stamp, in a log whose kernel lines have one */
	uint64_t time_ns;
	uint64_t caller; /* any number that tells contexts apart */
	uint64_t sequence;
	const char *when; /* as written, NULL: nothing */
	size_t when_length;
};

struct kmsg_classifier;

/* The finding and what it points to live until @found returns. @hz 0: learnt from the log, if at all. */
struct kmsg_classifier *kmsg_classifier_new(void (*found)(void *context,
							  const struct kmsg_finding *finding),
					    void *context, uint64_t hz);
void kmsg_classifier_free(struct kmsg_classifier *c); /* what is open is dropped; NULL is fine */
/* false: nothing is open, and the line opens nothing: it need not be given. */
bool kmsg_classifier_wants(const struct kmsg_classifier *c, const char *text, size_t length);
/* May it open a finding? Only then its time must be exact; within a finding a second will do. */
bool kmsg_classifier_may_begin(const struct kmsg_classifier *c, const char *text, size_t length);
void kmsg_classify_line(struct kmsg_classifier *c, const struct kmsg_line *line);
/* One message, which may be several lines: only the first opens a finding. */
void kmsg_classify_message(struct kmsg_classifier *c, const struct kmsg_line *message);
/* Records of another facility than the kernel's are anybody's: they say nothing. */
void kmsg_classify_record(struct kmsg_classifier *c, const struct kmsg_record *record);
/*
 * Live, several times a second, @now_ns on any clock: hands out what has seen no line for a moment or
 * is a second old, so that it is told within two.
 */
void kmsg_classify_tick(struct kmsg_classifier *c, uint64_t now_ns);
void kmsg_classify_flush(struct kmsg_classifier *c); /* hands out all that is open */

/* Hz of this kernel's tick, from the clock that ticks with it; 0: not known. */
uint64_t kmsg_this_hz(void);

uint64_t kmsg_finding_same(const struct kmsg_finding *finding); /* for "same"; the classifier does it */

/* Sets the finding's members, as a report has them, and "same", without count. */
void kmsg_finding_describe(const struct kmsg_finding *finding, struct jsonw *object);
