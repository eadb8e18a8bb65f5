// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The forms are those of 5.10 to 6.12. kernel/trace/trace_events_hist.c, hist_trigger_entry_print()
 * and hist_show(): keys in braces, then hitcount and the sums, every number by %10llu, so that a
 * negative key (ret = -11) comes out as a great unsigned one. kernel/trace/trace_kprobe.c,
 * probes_profile_seq_show(): name, hits, misses, where the misses of a return probe are those of
 * the probe and those for lack of a free instance (maxactive) together.
 */
#include "observe/trace_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "name: value" at *at, moved behind it. The value may carry a sign. */
static bool take_field(char **at, struct hist_field *field)
{
	char *name = *at + strspn(*at, " \t{},"), *colon = strchr(name, ':'), *end;
	bool is_negative;

	if (!colon || colon == name)
		return false;
	*at = colon + 1 + strspn(colon + 1, " \t");
	is_negative = **at == '-';
	if (!isdigit((unsigned char)(*at)[is_negative]))
		return false;
	errno = 0;
	field->value = strtoull(*at + is_negative, &end, 10);
	if (errno || (*end && !strchr(" \t,}", *end)))
		return false;
	if (is_negative)
		field->value = -field->value;
	*colon = '\0';
	field->name = name;
	*at = end;
	return true;
}

static bool parse_entry(char *line, struct hist_entry *entry)
{
	entry->n_fields = 0;
	while (line[strspn(line, " \t{},")] != '\0') {
		if (entry->n_fields == HIST_LINE_MAX_FIELDS ||
		    !take_field(&line, &entry->fields[entry->n_fields]))
			return false;
		entry->n_fields++;
	}
	return entry->n_fields > 0;
}

bool hist_text_walk(char *text, void (*each)(void *context, const struct hist_entry *entry),
		    void *context, struct hist_totals *ret_totals)
{
	bool has_hits = false, has_dropped = false;
	unsigned long long value;
	struct hist_entry entry;
	char *save = NULL;

	*ret_totals = (struct hist_totals){0};
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (line[0] == '{') {
			if (!parse_entry(line, &entry))
				return false;
			each(context, &entry);
		} else if (sscanf(line, " Hits: %llu", &value) == 1) {
			ret_totals->hits = value;
			has_hits = true;
		} else if (sscanf(line, " Dropped: %llu", &value) == 1) {
			ret_totals->dropped = value;
			has_dropped = true;
		}
	}
	return has_hits && has_dropped;
}

bool hist_entry_get(const struct hist_entry *entry, const char *name, uint64_t *ret_value)
{
	for (size_t i = 0; i < entry->n_fields; i++) {
		if (strcmp(entry->fields[i].name, name) != 0)
			continue;
		*ret_value = entry->fields[i].value;
		return true;
	}
	return false;
}

/* One line: a name of this length, then two numbers and nothing else. */
static bool profile_line(const char *line, const char *event, uint64_t *ret_hits,
			 uint64_t *ret_misses)
{
	size_t length = strlen(event);
	unsigned long long hits, misses;
	int used = 0;

	line += strspn(line, " \t");
	if (strncmp(line, event, length) != 0 || !isblank((unsigned char)line[length]))
		return false;
	if (sscanf(line + length, "%llu %llu%n", &hits, &misses, &used) != 2 || used == 0)
		return false;
	line += length + (size_t)used;
	if (line[strspn(line, " \t")] != '\n' && line[strspn(line, " \t")] != '\0')
		return false;
	*ret_hits = hits;
	*ret_misses = misses;
	return true;
}

bool kprobe_profile_find(const char *text, const char *event, uint64_t *ret_hits,
			 uint64_t *ret_misses)
{
	while (text) {
		if (profile_line(text, event, ret_hits, ret_misses))
			return true;
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return false;
}

void kprobe_events_walk(char *text,
			void (*each)(void *context, const char *group, const char *name),
			void *context)
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *group = strchr(line, ':'), *name = group ? strchr(group, '/') : NULL;

		if (!name || (line[0] != 'p' && line[0] != 'r'))
			continue;
		*name++ = '\0';
		name[strcspn(name, " \t")] = '\0';
		each(context, group + 1, name);
	}
}
