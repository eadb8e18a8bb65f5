// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loader. libinih splits keys from values, knows comments and quietly forgives a good deal:
 * it says nothing of sections, cuts long lines in two, joins indented lines with the one before.
 * So each line passes through read_line() here first, which counts it, sees the sections, and
 * refuses what would be forgiven.
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "plan/profile_keys.h"

#define NO_SECTION SECTION_MAX

struct loader {
	struct profile p;
	struct profile_lines lines;
	const char *next, *end; /* what is not yet read */
	unsigned int line;
	unsigned int section_line;
	enum section_id section;
	struct profile_workers *workers; /* of the section, when it is one of workers */
	uint64_t seen;			 /* bit n: profile_keys[n] was in this section */
	bool is_untaken; /* libinih has a line that should be a key, and has not come back with it */
	struct err *e;
	int error; /* the first one; nothing is read after it */
};

static void fail(struct loader *l, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void fail(struct loader *l, unsigned int line, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	l->error = err_set(l->e, -EINVAL, "%s:%u: %s", l->p.path, line, text);
}

/* The keys of a section, or all sections, as "a, b, c". */
static void list_allowed(enum section_id section, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; section != NO_SECTION && i < n_profile_keys && used < size; i++)
		if (profile_keys[i].section == section)
			used += (size_t)snprintf(buffer + used, size - used, "%s%s", used ? ", " : "",
						 profile_keys[i].name);
	for (size_t i = 0; section == NO_SECTION && i < SECTION_MAX && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s[%s%s]", used ? ", " : "",
					 profile_sections[i], i == SECTION_WORKERS ? " NAME" : "");
}

static void set_defaults(struct profile *p, struct profile_workers *w)
{
	for (size_t i = 0; i < n_profile_keys; i++) {
		const struct profile_key *key = &profile_keys[i];
		int r;

		if (!key->value || (key->section == SECTION_WORKERS) != (w != NULL))
			continue;
		r = profile_parse_value(key, key->value, p, w, NULL);
		assert(r == 0);
		(void)r;
	}
}

static void end_section(struct loader *l)
{
	for (size_t i = 0; i < n_profile_keys && !l->error && l->section != NO_SECTION; i++)
		if (profile_keys[i].section == l->section && !profile_keys[i].value &&
		    !(l->seen & 1ULL << i))
			fail(l, l->section_line, "[%s] has no %s: it is required",
			     profile_sections[l->section], profile_keys[i].name);
	l->section = NO_SECTION;
	l->seen = 0;
}

static void begin_workers(struct loader *l, const char *name)
{
	struct profile *p = &l->p;

	if (strlen(name) >= PROFILE_NAME_SIZE) {
		fail(l, l->line, "the name '%.32s...' is longer than %d characters", name,
		     PROFILE_NAME_SIZE - 1);
		return;
	}
	for (const char *c = name; *c; c++) {
		if (isalnum((unsigned char)*c) || strchr("-_.", *c))
			continue;
		fail(l, l->line, "the name '%s' may have letters, digits and - _ . only", name);
		return;
	}
	for (size_t i = 0; i < p->n_workers; i++) {
		if (strcmp(p->workers[i].name, name) != 0)
			continue;
		fail(l, l->line, "[workers %s] is there twice, first in line %u", name,
		     l->lines.workers[i]);
		return;
	}
	if (p->n_workers == PROFILE_MAX_WORKERS) {
		fail(l, l->line, "more than %d groups of [workers]", PROFILE_MAX_WORKERS);
		return;
	}
	l->lines.workers[p->n_workers] = l->line;
	l->workers = &p->workers[p->n_workers++];
	(void)snprintf(l->workers->name, sizeof(l->workers->name), "%s", name);
	set_defaults(p, l->workers);
}

static enum section_id find_section(const char *name, const char **ret_rest)
{
	size_t length = strcspn(name, " \t");

	*ret_rest = name + length + strspn(name + length, " \t");
	for (unsigned int s = 0; s < SECTION_MAX; s++)
		if (strlen(profile_sections[s]) == length &&
		    strncmp(profile_sections[s], name, length) == 0 &&
		    (s == SECTION_WORKERS || **ret_rest == '\0'))
			return (enum section_id)s;
	return NO_SECTION;
}

/* @text: "[name] ; comment" without blanks before it. */
static void begin_section(struct loader *l, const char *text)
{
	const char *close = strchr(text, ']'), *rest;
	char name[128], allowed[256];
	size_t length;

	end_section(l);
	if (l->error)
		return;
	if (!close) {
		fail(l, l->line, "'[' without ']'");
		return;
	}
	rest = close + 1 + strspn(close + 1, " \t\r");
	if (*rest && *rest != ';' && *rest != '#') {
		fail(l, l->line, "text behind ']'");
		return;
	}
	text += 1 + strspn(text + 1, " \t");
	length = close > text ? (size_t)(close - text) : 0;
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	(void)snprintf(name, sizeof(name), "%.*s", (int)length, text);
	l->section = find_section(name, &rest);
	l->section_line = l->line;
	if (l->section == NO_SECTION) {
		list_allowed(NO_SECTION, allowed, sizeof(allowed));
		fail(l, l->line, "unknown section [%.64s]: there are %s", name, allowed);
		return;
	}
	if (l->section == SECTION_WORKERS) {
		begin_workers(l, *rest ? rest : "workers");
		return;
	}
	if (l->lines.sections[l->section])
		fail(l, l->line, "[%s] is there twice, first in line %u", name,
		     l->lines.sections[l->section]);
	l->lines.sections[l->section] = l->line;
}

static bool is_text(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (iscntrl((unsigned char)line[i]) && line[i] != '\t' &&
		    !(line[i] == '\r' && i + 1 == length))
			return false;
	return utf8_is_valid(line, length);
}

static void check_taken(struct loader *l)
{
	if (l->is_untaken && !l->error)
		fail(l, l->line, "neither '[section]' nor 'key = value' nor a comment");
	l->is_untaken = false;
}

/* One line for libinih, as fgets() would give it. */
static char *read_line(char *buffer, int size, void *stream)
{
	struct loader *l = stream;
	const char *begin = l->next, *newline;
	size_t length;

	check_taken(l);
	if (l->error || begin == l->end)
		return NULL;
	newline = memchr(begin, '\n', (size_t)(l->end - begin));
	length = newline ? (size_t)(newline - begin) : (size_t)(l->end - begin);
	l->next = newline ? newline + 1 : l->end;
	l->line++;
	if (!is_text(begin, length)) {
		fail(l, l->line, "this is no text: a profile is an INI file in UTF-8");
		return NULL;
	}
	/* An indented line would be taken for more of the value before it. */
	while (length > 0 && (*begin == ' ' || *begin == '\t')) {
		begin++;
		length--;
	}
	if (length >= (size_t)size) {
		fail(l, l->line, "the line is longer than %d characters", size - 1);
		return NULL;
	}
	memcpy(buffer, begin, length);
	buffer[length] = '\0';
	if (buffer[0] == '[')
		begin_section(l, buffer);
	else
		l->is_untaken = !strchr(";#\r", buffer[0]); /* strchr() finds the NUL, too */
	return l->error ? NULL : buffer;
}

static int take_value(void *user, const char *unused, const char *name, const char *value)
{
	struct loader *l = user;
	char allowed[256];
	size_t i = 0;

	(void)unused;
	l->is_untaken = false;
	if (l->section == NO_SECTION) {
		list_allowed(NO_SECTION, allowed, sizeof(allowed));
		fail(l, l->line, "'%.64s' stands before any section: there are %s", name, allowed);
		return 1;
	}
	while (i < n_profile_keys && (profile_keys[i].section != l->section ||
				      strcmp(profile_keys[i].name, name) != 0))
		i++;
	if (i == n_profile_keys) {
		list_allowed(l->section, allowed, sizeof(allowed));
		fail(l, l->line, "unknown key '%.64s': [%s] has %s", name,
		     profile_sections[l->section], allowed);
	} else if (l->seen & 1ULL << i) {
		fail(l, l->line, "'%s' is there twice in this section", name);
	} else if (value[0] == '\0') {
		fail(l, l->line, "'%s' has no value", name);
	} else if (profile_parse_value(&profile_keys[i], value, &l->p, l->workers, l->e) < 0) {
		l->error = -EINVAL;
		(void)err_wrap(l->e, "%s:%u: %s", l->p.path, l->line, name);
	} else {
		l->seen |= 1ULL << i;
	}
	return 1;
}

static int compare_workers(const void *a, const void *b)
{
	return strcmp(((const struct profile_workers *)a)->name,
		      ((const struct profile_workers *)b)->name);
}

static void parse(struct loader *l)
{
	int r;

	assert(n_profile_keys <= 64);
	set_defaults(&l->p, NULL);
	l->section = NO_SECTION;
	/* A byte order mark: libinih would skip it only where it is the first to see the line. */
	if (l->end - l->next >= 3 && memcmp(l->next, "\xef\xbb\xbf", 3) == 0)
		l->next += 3;
	r = ini_parse_stream(read_line, l, take_value, l);
	if (r != 0 && !l->error)
		fail(l, l->line, "libinih does not take this file (%d)", r);
	if (!l->error)
		end_section(l);
	l->lines.last = l->line ? l->line : 1;
	l->p.has_offline = l->lines.sections[SECTION_OFFLINE] > 0;
	l->p.has_move_pages = l->lines.sections[SECTION_MOVE_PAGES] > 0;
	l->p.stress_ng.is_there = l->lines.sections[SECTION_STRESS_NG] > 0;
	for (int i = 0; i < CALLER_MAX; i++)
		l->p.callers[i].is_there = l->lines.sections[SECTION_CALLER(i)] > 0;
	if (!l->error)
		l->error = profile_check(&l->p, &l->lines, l->e);
	/* By name from here on: the order in the file must not make two plans of one profile. */
	qsort(l->p.workers, l->p.n_workers, sizeof(*l->p.workers), compare_workers);
}

static int set_name(struct profile *p, struct err *e)
{
	cleanup_free char *copy = memory_string(p->path);
	const char *base = basename(copy);
	size_t length = strlen(base);

	if (length > 4 && strcmp(base + length - 4, ".ini") == 0)
		length -= 4;
	if (length >= sizeof(p->name))
		return err_set(e, -ENAMETOOLONG,
			       "%s: a profile's name has at most %zu characters: rename the file",
			       p->path, sizeof(p->name) - 1);
	(void)snprintf(p->name, sizeof(p->name), "%.*s", (int)length, base);
	return 0;
}

int profile_load(const char *name, struct profile *p, struct err *e)
{
	struct err own = {0};
	struct loader l = {.e = &own};
	cleanup_free char *text = NULL;
	size_t length = 0;
	int r = profile_find(name, &l.p.path, &own);

	if (r == 0)
		r = set_name(&l.p, &own);
	if (r == 0)
		r = file_read_all(l.p.path, &text, &length, &own);
	if (r == 0) {
		l.next = text;
		l.end = text + length;
		parse(&l);
		r = l.error;
	}
	if (r < 0) {
		profile_done(&l.p);
		return err_set(e, r, "%s", own.text);
	}
	*p = l.p;
	return 0;
}

void profile_done(struct profile *p)
{
	free(p->path);
	*p = (struct profile){0};
}
