/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a run's events.jsonl (harness/docs/EVENTS.md): record by record, in constant memory,
 * whatever a crash, a full disk or a hostile hand has left in it. Nothing here knows what an event
 * means but the search for what a run left unrestored.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct jsonw;

/* A longer line is no record: it is skipped and counted as corrupt. */
#define JOURNAL_MAX_LINE (4u << 20)
#define JOURNAL_BOOT_SIZE 64
/* The event that stands for all that was before the file: its "part" says what of it. */
#define JOURNAL_TOTALS "totals"

/*
 * A value of the current record; it lives until the next one is read. Looking into a value that
 * is absent or of another type gives an absent one, so that look-ups can be chained.
 */
struct journal_line;
struct journal_value {
	const struct journal_line *line;
	uint32_t node; /* UINT32_MAX: absent */
};

bool journal_is_there(struct journal_value value);
bool journal_is_object(struct journal_value value);
struct journal_value journal_get(struct journal_value object, const char *key);

/* false, and *ret untouched, when there is no such value in an object (or, key NULL, in itself). */
bool journal_uint(struct journal_value object, const char *key, uint64_t *ret);
bool journal_int(struct journal_value object, const char *key, int64_t *ret);
bool journal_bool(struct journal_value object, const char *key, bool *ret);
/*
 * NUL-terminated, escapes undone, cut at @size - 1 bytes (never within a character); NULs inside
 * become spaces. Bytes that are no UTF-8 are left as they are.
 */
bool journal_string(struct journal_value object, const char *key, char *buffer, size_t size);
/* As long as it is; owned by the caller, NULL when absent. */
char *journal_string_alloc(struct journal_value object, const char *key);
/* A whole value as JSON text, not NUL-terminated; of a string without its quotes. NULL: absent. */
const char *journal_text(struct journal_value object, const char *key, size_t *ret_length);
/* Is it exactly this text? */
bool journal_equals(struct journal_value object, const char *key, const char *text);

/* Members or elements in order: for (i = journal_each(v); journal_more(&i); journal_step(&i)) */
struct journal_iterator {
	struct journal_value key;   /* of a member of an object; absent in an array */
	struct journal_value value;
	uint32_t end;
};
struct journal_iterator journal_each(struct journal_value container);
bool journal_more(const struct journal_iterator *i);
void journal_step(struct journal_iterator *i);

struct journal_event {
	struct journal_value object; /* the whole record */
	const char *name;	     /* "ev", not NUL-terminated */
	size_t name_length;
	uint64_t seq;
	uint64_t t_ns;
	bool is_new_boot; /* its boot id is another than that of the record before */
};
bool journal_event_is(const struct journal_event *event, const char *name);

struct journal_figures {
	uint64_t events;
	uint64_t corrupt; /* lines in the middle that are no record */
	uint64_t gaps;	  /* times that seq did not go on by one, corrupt lines apart */
	uint64_t boots;	  /* boot ids, counted each time that it changes */
	bool torn;	  /* the last line was cut: dropped */
	char boot[JOURNAL_BOOT_SIZE]; /* of the last record */
	uint64_t next_seq;
	uint64_t end_offset; /* in the file, of the last whole line */
	bool lacks_newline;  /* the last record is whole, its newline is missing */
};

struct journal;
int journal_open(const char *path, struct journal **ret_journal, struct err *e);
/* The path's file anew, from its beginning: there is another one of that name. What was read into stays. */
int journal_reopen(struct journal *j, struct err *e);
void journal_close(struct journal *j); /* NULL is fine */
/* 1: @event is filled; 0: the end; a negative errno: the file cannot be read further. */
int journal_next(struct journal *j, struct journal_event *event, struct err *e);
/*
 * For a file that still grows: its first @limit bytes, which are whole lines, are all there is for
 * now; once more with a greater limit, and journal_next() goes on. Without a call there is none.
 */
void journal_read_until(struct journal *j, uint64_t limit);
const struct journal_figures *journal_figures(const struct journal *j);

/* What a run took or changed, and did not give back as far as its journal tells. */
struct unfinished_block {
	uint32_t block;
	int32_t node;	/* -1: not told */
	char zone[16];	/* to come back to */
	bool was_written; /* an offline record follows the intent; false: nobody knows what became of it */
};

struct unfinished_setting {
	char *path, *old_value, *new_value; /* owned */
};

/* What a run made for a while: a mount, a module. */
struct unfinished_prepared {
	char what[16]; /* "mount", "module", "cgroup", "controllers" */
	char name[512];
};

struct journal_unfinished {
	struct unfinished_block *blocks; /* by id; owned */
	size_t n_blocks;
	struct unfinished_setting *settings; /* in the order of the changes; owned */
	size_t n_settings;
	uint64_t *frames; /* that may be poisoned by this run; ascending; owned */
	size_t n_frames, room_frames;
	struct unfinished_prepared *prepared; /* in the order of the preparations; owned */
	size_t n_prepared;
	bool has_end;
	struct journal_figures figures;
};

/*
 * A block is unfinished from its intent to go offline until an online record says that it is
 * restored, or an offline record that it never left (state_after "online").
 */
int journal_unfinished(const char *path, struct journal_unfinished *ret, struct err *e);
void journal_unfinished_done(struct journal_unfinished *u);

/* The same, fed by somebody who reads the journal anyway; start from a zeroed structure. */
void journal_unfinished_take(struct journal_unfinished *u, const struct journal_event *event);

/*
 * Hands the same as totals to @put, which takes them: what journal_unfinished_take() makes of these
 * records is what stands here. unfinished_totals.c
 */
void journal_unfinished_put(const struct journal_unfinished *u,
			    void (*put)(void *context, struct jsonw *record), void *context);
/* One of them: the first, "begin", lets go of all that was before. */
void journal_unfinished_take_totals(struct journal_unfinished *u, struct journal_value totals);
/* {"ev": "totals", "part": part} */
struct jsonw *journal_totals(const char *part);
