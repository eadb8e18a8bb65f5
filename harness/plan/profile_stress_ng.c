// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * [stress-ng]: which stressors, and their options. Only options of the chosen stressors pass: nothing
 * that would begin another stressor, or end them before the run.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/units.h"
#include "plan/profile_keys.h"

#define MAX_INSTANCES 1024
#define NO_OPTIONS "none"

/*
 * What would do our work, or undo it (stress-ng 0.12 to 0.19, stress-NAME.c). All else is the load that
 * was asked for.
 */
static const struct {
	const char *name, *why;
} refused[] = {
	{"memhotplug", "it takes memory blocks offline itself"},
	{"cpu-online", "it takes CPUs offline that workers are pinned to"},
	{"madvise", "it poisons page frames and takes them out of use"},
	{"softlockup", "it makes soft lockups, which would be held against the kernel"},
	{"watchdog", "it arms the host's hardware watchdog"},
	{"cgroup", "it moves processes out of the workers' cgroup"},
};

static int check_refused(const char *name, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (strcmp(refused[i].name, name) == 0)
			return err_set(e, -EINVAL, "the stressor %s is refused: %s", name,
				       refused[i].why);
	return 0;
}

static bool is_of(const char *text, const char *characters)
{
	return text[0] != '\0' && text[0] != '-' && strspn(text, characters) == strlen(text);
}

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define VALUE_CHARACTERS NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.%+"

/* The next of a list with commas between, without the blanks around it; false: there is none. */
static bool next_item(const char **text, char item[PROFILE_STRESS_OPTIONS_SIZE])
{
	const char *from = *text;
	size_t length;

	if (!from)
		return false;
	from += strspn(from, " \t");
	length = strcspn(from, ",");
	*text = from[length] ? from + length + 1 : NULL;
	while (length > 0 && strchr(" \t", from[length - 1]))
		length--;
	(void)snprintf(item, PROFILE_STRESS_OPTIONS_SIZE, "%.*s", (int)length, from);
	return true;
}

static int parse_stressor(char *item, struct profile_stressor *ret_stressor, struct err *e)
{
	char *colon = strchr(item, ':');
	uint64_t instances = 1;

	if (colon)
		*colon = '\0';
	if (!is_of(item, NAME_CHARACTERS) || strlen(item) >= PROFILE_STRESSOR_SIZE ||
	    (colon && units_parse_number(colon + 1, 1, MAX_INSTANCES, &instances, NULL) < 0))
		return err_set(e, -EINVAL,
			       "'%.64s%s%.20s' is no stressor: NAME, or NAME:N for 1 to %d of them",
			       item, colon ? ":" : "", colon ? colon + 1 : "", MAX_INSTANCES);
	(void)snprintf(ret_stressor->name, sizeof(ret_stressor->name), "%.*s",
		       PROFILE_STRESSOR_SIZE - 1, item);
	ret_stressor->instances = (uint32_t)instances;
	return check_refused(ret_stressor->name, e);
}

int profile_parse_stressors(const char *text, struct profile_stress_ng *s, struct err *e)
{
	struct profile_stressor list[PROFILE_MAX_STRESSORS] = {0};
	char item[PROFILE_STRESS_OPTIONS_SIZE];
	size_t n = 0;

	while (next_item(&text, item)) {
		int r;

		if (n == PROFILE_MAX_STRESSORS)
			return err_set(e, -ERANGE, "more than %d stressors", PROFILE_MAX_STRESSORS);
		r = parse_stressor(item, &list[n], e);
		if (r < 0)
			return r;
		for (size_t i = 0; i < n; i++)
			if (strcmp(list[i].name, list[n].name) == 0)
				return err_set(e, -EINVAL, "the stressor %s is there twice",
					       list[n].name);
		n++;
	}
	memcpy(s->stressors, list, n * sizeof(*list));
	s->n_stressors = n;
	return 0;
}

void profile_format_stressors(const struct profile_stress_ng *s, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < s->n_stressors && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%s:%" PRIu32, i ? ", " : "",
					 s->stressors[i].name, s->stressors[i].instances);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* "vm-bytes 64M" or "vm-keep": written with one blank behind what @options has. */
static int parse_option(char *item, char *options, struct err *e)
{
	char *name = strtok(item, " \t"), *value = strtok(NULL, " \t");
	size_t used = strlen(options);
	int r;

	if (!name || strtok(NULL, " \t") || !is_of(name, NAME_CHARACTERS) || !strchr(name, '-') ||
	    (value && !is_of(value, VALUE_CHARACTERS)))
		return err_set(e, -EINVAL,
			       "'%.64s%s%.64s' is no option: STRESSOR-OPTION or STRESSOR-OPTION VALUE, such as vm-bytes 64M",
			       name ? name : "", value ? " " : "", value ? value : "");
	r = check_refused(name, e);
	if (r < 0)
		return r;
	if (ends_with(name, "-ops"))
		return err_set(e, -EINVAL, "'%.64s' would end the stressor before the run", name);
	(void)snprintf(options + used, PROFILE_STRESS_OPTIONS_SIZE - used, "%s%s%s%s",
		       used ? ", " : "", name, value ? " " : "", value ? value : "");
	return 0;
}

int profile_parse_stress_options(const char *text, struct profile_stress_ng *s, struct err *e)
{
	char options[PROFILE_STRESS_OPTIONS_SIZE] = "", item[PROFILE_STRESS_OPTIONS_SIZE];
	int r = 0;

	if (strcmp(text, NO_OPTIONS) == 0)
		text = NULL;
	while (r == 0 && next_item(&text, item))
		r = parse_option(item, options, e);
	if (r == 0)
		(void)strcpy(s->options, options);
	return r;
}

void profile_format_stress_options(const struct profile_stress_ng *s, char *buffer, size_t size)
{
	(void)snprintf(buffer, size, "%s", s->options[0] ? s->options : NO_OPTIONS);
}

/* "vm-bytes" is of "vm", and of no "v". */
static bool has_stressor_of(const struct profile_stress_ng *s, const char *option)
{
	for (size_t i = 0; i < s->n_stressors; i++) {
		size_t length = strlen(s->stressors[i].name);

		if (strncmp(option, s->stressors[i].name, length) == 0 && option[length] == '-')
			return true;
	}
	return false;
}

int profile_check_stress_ng(const struct profile_stress_ng *s, struct err *e)
{
	const char *options = s->options[0] ? s->options : NULL;
	char item[PROFILE_STRESS_OPTIONS_SIZE];

	while (next_item(&options, item)) {
		item[strcspn(item, " ")] = '\0';
		if (!has_stressor_of(s, item))
			return err_set(e, -EINVAL,
				       "the option %s belongs to none of the stressors of [stress-ng]",
				       item);
	}
	return 0;
}
