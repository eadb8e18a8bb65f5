// SPDX-License-Identifier: GPL-2.0-or-later
/* The values of a profile's keys, from text and to text. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/units.h"
#include "plan/profile_keys.h"

static const char *const yes_no_words[] = {"yes", "no", NULL};

void *profile_field(const struct profile_key *key, struct profile *p, struct profile_workers *w)
{
	return key->section == SECTION_WORKERS ? (char *)w + key->offset : (char *)p + key->offset;
}

static int parse_word(const char *text, const char *const *words, unsigned int *ret_index,
		      struct err *e)
{
	char allowed[128] = "";
	size_t used = 0;

	for (unsigned int i = 0; words[i]; i++) {
		if (strcmp(text, words[i]) == 0) {
			*ret_index = i;
			return 0;
		}
		used += (size_t)snprintf(allowed + used, sizeof(allowed) - used, "%s%s",
					 i ? ", " : "", words[i]);
	}
	return err_set(e, -EINVAL, "'%.64s' is none of: %s", text, allowed);
}

static int check_duration(uint64_t ns, const struct profile_key *key, const char *text,
			  uint64_t unit_ns, struct err *e)
{
	char low[32], high[32];

	if (ns >= key->min * unit_ns && ns <= key->max * unit_ns && ns % unit_ns == 0)
		return 0;
	units_format_duration(key->min * unit_ns, low, sizeof(low));
	units_format_duration(key->max * unit_ns, high, sizeof(high));
	return err_set(e, -ERANGE, "'%.64s' is not between %s and %s%s", text, low, high,
		       unit_ns == NS_PER_S ? ", in whole seconds" : "");
}

static int parse_duration(const struct profile_key *key, const char *text, uint64_t unit_ns,
			  uint64_t *ret_value, struct err *e)
{
	uint64_t ns;
	int r = units_parse_duration(text, &ns, e);

	if (r == 0)
		r = check_duration(ns, key, text, unit_ns, e);
	if (r == 0)
		*ret_value = ns / unit_ns;
	return r;
}

static int parse_bytes(const struct profile_key *key, const char *text, uint64_t *ret_bytes,
		       struct err *e)
{
	uint64_t bytes;
	char high[32];
	int r = units_parse_bytes(text, &bytes, e);

	if (r < 0)
		return r;
	if (bytes > key->max) {
		units_format_bytes(key->max, high, sizeof(high));
		return err_set(e, -ERANGE, "'%.64s' is more than %s", text, high);
	}
	*ret_bytes = bytes;
	return 0;
}

/* "3" or "8x2", blanks around it allowed. */
static int parse_rung(const char *text, size_t length, struct profile_rung *ret_rung, struct err *e)
{
	char word[PROFILE_RUNG_TEXT_SIZE] = "", *times;
	uint64_t processes = 1, threads;

	while (length > 0 && *text == ' ') {
		text++;
		length--;
	}
	while (length > 0 && text[length - 1] == ' ')
		length--;
	if (length < sizeof(word))
		memcpy(word, text, length);
	times = strchr(word, 'x');
	if (times)
		*times = '\0';
	if ((times && units_parse_number(word, 1, 1024, &processes, NULL) < 0) ||
	    units_parse_number(times ? times + 1 : word, times ? 1 : 0, 256, &threads, NULL) < 0)
		return err_set(e, -EINVAL,
			       "'%.*s' is no rung: N (one process, 0 to 256 threads) or PxT (1 to 1024 processes, 1 to 256 threads)",
			       (int)(length < 64 ? length : 64), text);
	*ret_rung = (struct profile_rung){(uint32_t)processes, (uint32_t)threads};
	return 0;
}

static int parse_rungs(const char *text, struct profile *p, struct err *e)
{
	struct profile_rung rungs[PROFILE_MAX_RUNGS] = {0};
	char name[PROFILE_RUNG_TEXT_SIZE];
	size_t n = 0;

	for (const char *next = text; next;) {
		const char *comma = strchr(next, ',');
		size_t length = comma ? (size_t)(comma - next) : strlen(next);
		int r;

		if (n == PROFILE_MAX_RUNGS)
			return err_set(e, -ERANGE, "more than %d rungs", PROFILE_MAX_RUNGS);
		r = parse_rung(next, length, &rungs[n], e);
		if (r < 0)
			return r;
		for (size_t i = 0; i < n; i++) {
			if (rungs[i].processes != rungs[n].processes ||
			    rungs[i].threads != rungs[n].threads)
				continue;
			profile_rung_text(&rungs[n], name);
			return err_set(e, -EINVAL, "rung '%s' is there twice", name);
		}
		n++;
		next = comma ? comma + 1 : NULL;
	}
	memcpy(p->rungs, rungs, n * sizeof(*rungs));
	p->n_rungs = n;
	return 0;
}

/* A name is what a profile's file may be called without .ini, in one of the folders for them. */
static int parse_member(const char *text, size_t length, char name[PROFILE_NAME_SIZE],
			struct err *e)
{
	while (length > 0 && *text == ' ') {
		text++;
		length--;
	}
	while (length > 0 && text[length - 1] == ' ')
		length--;
	if (length >= PROFILE_NAME_SIZE)
		return err_set(e, -EINVAL, "the name '%.32s...' is longer than %d characters", text,
			       PROFILE_NAME_SIZE - 1);
	(void)snprintf(name, PROFILE_NAME_SIZE, "%.*s", (int)length, text);
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
			return err_set(e, -EINVAL,
				       "'%s' is no profile's name: letters, digits and - _ . only, "
				       "no folder",
				       name);
	if (length == 0 || name[0] == '.')
		return err_set(e, -EINVAL, "'%s' is no profile's name", name);
	return 0;
}

static int parse_members(const char *text, struct profile *p, struct err *e)
{
	char names[PROFILE_MAX_MEMBERS][PROFILE_NAME_SIZE] = {0};
	size_t n = 0;

	for (const char *next = strcmp(text, "none") == 0 ? NULL : text; next;) {
		const char *comma = strchr(next, ',');
		int r;

		if (n == PROFILE_MAX_MEMBERS)
			return err_set(e, -ERANGE, "more than %d profiles", PROFILE_MAX_MEMBERS);
		r = parse_member(next, comma ? (size_t)(comma - next) : strlen(next), names[n], e);
		if (r < 0)
			return r;
		for (size_t i = 0; i < n; i++)
			if (strcmp(names[i], names[n]) == 0)
				return err_set(e, -EINVAL, "profile '%s' is there twice", names[n]);
		n++;
		next = comma ? comma + 1 : NULL;
	}
	memcpy(p->members, names, n * sizeof(*names));
	p->n_members = n;
	return 0;
}

int profile_parse_value(const struct profile_key *key, const char *text, struct profile *p,
			struct profile_workers *w, struct err *e)
{
	void *field = profile_field(key, p, w);
	uint64_t value = 0;
	unsigned int index = 0;
	int r = -EINVAL;

	switch (key->type) {
	case KEY_DURATION:
		return parse_duration(key, text, 1, field, e);
	case KEY_SECONDS:
		r = parse_duration(key, text, NS_PER_S, &value, e);
		if (r == 0)
			*(uint32_t *)field = (uint32_t)value;
		return r;
	case KEY_BYTES:
		return parse_bytes(key, text, field, e);
	case KEY_NUMBER:
		return units_parse_number(text, key->min, key->max, field, e);
	case KEY_COUNT:
		r = units_parse_number(text, key->min, key->max, &value, e);
		if (r == 0)
			*(uint32_t *)field = (uint32_t)value;
		return r;
	case KEY_YES_NO:
	case KEY_FIRST:
		r = parse_word(text, key->words ? key->words : yes_no_words, &index, e);
		if (r == 0)
			*(bool *)field = index == 0;
		return r;
	case KEY_WORD:
		r = parse_word(text, key->words, &index, e);
		if (r == 0)
			memcpy(field, &index, sizeof(index));
		return r;
	case KEY_TEXT:
		r = parse_word(text, key->words, &index, e);
		if (r == 0)
			(void)snprintf(field, key->max, "%s", key->words[index]);
		return r;
	case KEY_RUNGS:
		return parse_rungs(text, p, e);
	case KEY_MEMBERS:
		return parse_members(text, p, e);
	case KEY_STRESSORS:
		return profile_parse_stressors(text, &p->stress_ng, e);
	case KEY_STRESS_OPTIONS:
		return profile_parse_stress_options(text, &p->stress_ng, e);
	}
	return r;
}

void profile_rung_text(const struct profile_rung *rung, char text[PROFILE_RUNG_TEXT_SIZE])
{
	if (rung->processes == 1)
		(void)snprintf(text, PROFILE_RUNG_TEXT_SIZE, "%" PRIu32, rung->threads);
	else
		(void)snprintf(text, PROFILE_RUNG_TEXT_SIZE, "%" PRIu32 "x%" PRIu32,
			       rung->processes, rung->threads);
}

static void format_rungs(const struct profile *p, char *buffer, size_t size)
{
	char text[PROFILE_RUNG_TEXT_SIZE];
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < p->n_rungs && used < size; i++) {
		profile_rung_text(&p->rungs[i], text);
		used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? "," : "", text);
	}
}

static void format_members(const struct profile *p, char *buffer, size_t size)
{
	size_t used = 0;

	(void)snprintf(buffer, size, "%s", p->n_members ? "" : "none");
	for (size_t i = 0; i < p->n_members && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? "," : "",
					 p->members[i]);
}

void profile_format_value(const struct profile_key *key, const struct profile *p,
			  const struct profile_workers *w, char *buffer, size_t size)
{
	const void *field = key->section == SECTION_WORKERS ? (const char *)w + key->offset
							    : (const char *)p + key->offset;
	unsigned int index;

	switch (key->type) {
	case KEY_DURATION:
	case KEY_BYTES:
	case KEY_NUMBER:
		(void)snprintf(buffer, size, "%" PRIu64, *(const uint64_t *)field);
		return;
	case KEY_SECONDS:
	case KEY_COUNT:
		(void)snprintf(buffer, size, "%" PRIu32, *(const uint32_t *)field);
		return;
	case KEY_YES_NO:
	case KEY_FIRST:
		(void)snprintf(buffer, size, "%s",
			       (key->words ? key->words : yes_no_words)[*(const bool *)field ? 0 : 1]);
		return;
	case KEY_WORD:
		memcpy(&index, field, sizeof(index));
		(void)snprintf(buffer, size, "%s", key->words[index]);
		return;
	case KEY_TEXT:
		(void)snprintf(buffer, size, "%s", (const char *)field);
		return;
	case KEY_STRESSORS:
		profile_format_stressors(&p->stress_ng, buffer, size);
		return;
	case KEY_STRESS_OPTIONS:
		profile_format_stress_options(&p->stress_ng, buffer, size);
		return;
	case KEY_RUNGS:
		format_rungs(p, buffer, size);
		return;
	case KEY_MEMBERS:
		format_members(p, buffer, size);
		return;
	}
}
