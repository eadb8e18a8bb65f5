/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines with which the kernel begins a report: one table. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "observe/kmsg_finding.h"
#include "observe/kmsg_text.h"

enum header_action {
	HEADER_FINDING,
	HEADER_PREFIX, /* what stands before the header proper: looked behind once */
	HEADER_HZ,     /* tells the length of a jiffy */
};

#define KIND_BIT(kind) (1u << (kind))
#define NO_KIND KMSG_MAX_KIND

struct header {
	const char *text; /* how the line begins; at least 4 bytes */
	enum kmsg_kind kind; /* NO_KIND: comes later (a page's dump) */
	enum header_action action;
	/* Reads the rest; false: it is no such line after all. */
	bool (*take)(struct kmsg_span rest, struct kmsg_finding *finding);
	/* A report of these kinds that has no trace yet is only going on with this line. */
	uint32_t part_of;
	bool is_always_part; /* ... also when it has a trace */
	/* As a part it is a second report, whose lines stand among the first one's: told once more. */
	bool tells_again;
	bool is_unmistakable; /* so long that nothing else can be meant: also without a stamp */
};

/* So that almost every line is known to be no header by its first 4 bytes. */
struct header_index {
	uint8_t first[4096]; /* by their hash: index + 1 of a header, 0: none */
	uint8_t next[256];
	uint32_t words[256]; /* the first 4 bytes of each header */
	uint8_t lengths[256];
};
void headers_index(struct header_index *index);

static inline uint32_t header_word(const char *text)
{
	uint32_t word;

	memcpy(&word, text, sizeof(word));
	return word;
}

/* The first header with the same 4 bytes: its index + 1, 0: none. */
static inline uint8_t header_candidate(const struct header_index *index, const char *text)
{
	uint32_t word = header_word(text);
	uint8_t i = index->first[word * 2654435761u >> 20];

	while (i && index->words[i - 1] != word)
		i = index->next[i - 1];
	return i;
}

/* An empty finding: of its texts only the first byte is set. */
static inline void finding_clear(struct kmsg_finding *f)
{
	f->kind = KMSG_MAX_KIND;
	f->has_time = f->has_cpu = f->has_seconds = f->has_pid = f->in_migration = false;
	f->time_ns = f->sequence = f->order = f->seconds = f->same = f->count = 0;
	f->cpu = 0;
	f->pid = 0;
	f->frames = f->text = NULL;
	f->n_frames = f->text_length = f->title_length = 0;
	f->when[0] = f->comm[0] = '\0';
	f->page.is_there = f->page.has_pfn = f->page.has_refcount = f->page.has_mapcount = false;
	f->page.pfn = 0;
	f->page.refcount = f->page.mapcount = 0;
	f->page.reason[0] = f->page.flags[0] = '\0';
}

/*
 * The header that begins @line, of at least 4 bytes; what it tells is put into the cleared @finding.
 * *title: the line from the header on. NULL: none.
 */
const struct header *headers_find(const struct header_index *index, struct kmsg_span line,
				  struct kmsg_span *title, struct kmsg_finding *finding);

/* The kind of trouble that a panic's text says it is the end of; NO_KIND: it does not. */
enum kmsg_kind header_panic_cause(struct kmsg_span text);

/* Of the line with which the kernel tells its BogoMIPS; 0: it does not say. */
uint64_t kmsg_hz_of_line(struct kmsg_span line);

/* Readers of the rest of a header: kmsg_details.c, kmsg_page.c. */
bool take_soft_lockup(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_hard_lockup(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_watchdog_cpu(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_rcu_stall(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_rcu_starved(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_hung_task(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_workqueue(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_lock_owner(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_lockdep(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_warning(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_in_process(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_oom_cgroup(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_oom_victim(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_oom_kill(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_atomic(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_bracketed_number(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_colon_or_comma(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_migrating(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_isolate(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_soft_offline(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_memory_failure(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_leaks(struct kmsg_span rest, struct kmsg_finding *finding);
bool take_page(struct kmsg_span rest, struct kmsg_finding *finding);

/* "comm<separator>pid" at the end of @s. */
bool take_task(struct kmsg_span s, char separator, struct kmsg_finding *finding);
void finding_set_comm(struct kmsg_finding *finding, struct kmsg_span comm);
