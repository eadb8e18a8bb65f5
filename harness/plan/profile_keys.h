/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every key of a profile in one table: the loader, the digest and the tests read it. Defaults and
 * bounds stand here; harness/man/memsoak-profile.5 says the same to people.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/profile.h"

enum key_type {
	KEY_DURATION, /* uint64_t ns, between min and max ns */
	KEY_SECONDS,  /* uint32_t, written as a duration of whole seconds */
	KEY_BYTES,    /* uint64_t */
	KEY_NUMBER,   /* uint64_t */
	KEY_COUNT,    /* uint32_t */
	KEY_YES_NO,   /* bool */
	KEY_WORD,     /* an enum: the index into words */
	KEY_TEXT,     /* char array of max bytes: one of words */
	KEY_FIRST,    /* bool: true for words[0], false for words[1] */
	KEY_RUNGS,    /* p->rungs and p->n_rungs */
	KEY_MEMBERS,  /* p->members and p->n_members */
	KEY_STRESSORS, /* p->stress_ng.stressors and its n_stressors */
	KEY_STRESS_OPTIONS, /* p->stress_ng.options */
};

enum section_id {
	SECTION_RUN,
	SECTION_GUARD,
	SECTION_OFFLINE,
	SECTION_MOVE_PAGES,
	SECTION_WORKERS,
	SECTION_LADDER,
	SECTION_VERDICT,
	SECTION_WATCHDOG,
	SECTION_RECORD,
	SECTION_OBSERVE,
	SECTION_SCENARIO,
	SECTION_STRESS_NG,
	SECTION_COMPACTION, /* the callers, in the order of enum caller */
	SECTION_MIGRATE_PAGES,
	SECTION_SOFT_OFFLINE,
	SECTION_MBIND,
	SECTION_NUMA_BALANCING,
	SECTION_DEMOTION,
	SECTION_RECLAIM,
	SECTION_MAX,
};

#define SECTION_CALLER(caller) ((enum section_id)(SECTION_COMPACTION + (caller)))

enum key_digest {
	DIGEST_ALWAYS = false,
	DIGEST_NEVER = true,   /* it says nothing of what the run does */
	DIGEST_UNLESS_DEFAULT, /* it came later: profiles of before must keep their digests */
};

struct profile_key {
	enum section_id section;
	const char *name;
	enum key_type type;
	size_t offset; /* in struct profile; of [workers]: in struct profile_workers */
	uint64_t min, max;
	const char *const *words; /* what is allowed, closed by NULL */
	const char *value;	  /* the default as text; NULL: the key is required in its section */
	enum key_digest digest;
};

extern const char *const profile_sections[SECTION_MAX];
extern const struct profile_key profile_keys[];
extern const size_t n_profile_keys;

/* Where the value of @key lives. */
void *profile_field(const struct profile_key *key, struct profile *p, struct profile_workers *w);

/* Puts @text into its field; the reason says what is allowed. */
int profile_parse_value(const struct profile_key *key, const char *text, struct profile *p,
			struct profile_workers *w, struct err *e);

/* The value as canonical text: integers in the smallest unit, words as they are written. */
void profile_format_value(const struct profile_key *key, const struct profile *p,
			  const struct profile_workers *w, char *buffer, size_t size);

/* [stress-ng] (profile_stress_ng.c): "vm:2, cpu" and "vm-bytes 64M, vm-keep", from text and to text. */
int profile_parse_stressors(const char *text, struct profile_stress_ng *s, struct err *e);
int profile_parse_stress_options(const char *text, struct profile_stress_ng *s, struct err *e);
void profile_format_stressors(const struct profile_stress_ng *s, char *buffer, size_t size);
void profile_format_stress_options(const struct profile_stress_ng *s, char *buffer, size_t size);
/* Each option belongs to one of the stressors: the reason is without file and line. */
int profile_check_stress_ng(const struct profile_stress_ng *s, struct err *e);

/* Checks that no single key can make (profile_check.c). */
struct profile_lines { /* where each thing stands in the file; 0: it does not */
	unsigned int last;
	unsigned int sections[SECTION_MAX];
	unsigned int workers[PROFILE_MAX_WORKERS];
};
int profile_check(const struct profile *p, const struct profile_lines *lines, struct err *e);

/* The file that @name stands for; owned by the caller (profile_find.c). */
int profile_find(const char *name, char **ret_path, struct err *e);

/* How long a rung's phase can last with that driver (phases.c). */
uint64_t phases_rung_bound_ns(const struct profile *p, enum driven_by driver);
