// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/options.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "base/units.h"

static void list_add(struct option_list *list, const char *item)
{
	list->items = memory_grow(list->items, list->n_items + 1, sizeof(*list->items));
	list->items[list->n_items++] = item;
}

void option_list_done(struct option_list *list)
{
	free(list->items);
	*list = (struct option_list){0};
}

static const struct option_spec *find_long(const struct option_command *command, const char *name,
					   size_t length)
{
	for (size_t i = 0; i < command->n_specs; i++)
		if (strncmp(command->specs[i].name, name, length) == 0 &&
		    command->specs[i].name[length] == '\0')
			return &command->specs[i];
	return NULL;
}

static const struct option_spec *find_letter(const struct option_command *command, char letter)
{
	for (size_t i = 0; i < command->n_specs; i++)
		if (command->specs[i].letter && command->specs[i].letter == letter)
			return &command->specs[i];
	return NULL;
}

int options_refuse(const struct option_command *command, struct err *e, const char *format, ...)
{
	char what[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return err_set(e, -EINVAL, "%s: see %s --help", what, command->program);
}

static int set_value(const struct option_spec *spec, const char *value, void *target,
		     struct err *e)
{
	void *field = (char *)target + spec->offset;
	int r = 0;

	switch (spec->type) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_STRING:
		*(const char **)field = value;
		return 0;
	case OPTION_LIST:
		list_add(field, value);
		return 0;
	case OPTION_NUMBER:
		r = units_parse_number(value, spec->min, spec->max, field, e);
		break;
	case OPTION_DURATION:
		r = units_parse_duration(value, field, e);
		break;
	case OPTION_BYTES:
		r = units_parse_bytes(value, field, e);
		break;
	}
	return r < 0 ? err_wrap(e, "--%s", spec->name) : 0;
}

int options_parse(const struct option_command *command, int argc, char *const argv[], void *target,
		  struct option_list *positional, struct err *e)
{
	const struct option_spec *list = NULL; /* the OPTION_LIST that takes the words that follow */
	bool only_words = false;

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *value = NULL;
		const struct option_spec *spec;
		int r;

		if (only_words || word[0] != '-' || word[1] == '\0') {
			if (list)
				list_add((void *)((char *)target + list->offset), word);
			else if (positional)
				list_add(positional, word);
			else
				return options_refuse(command, e, "unexpected word '%s'", word);
			continue;
		}
		if (strcmp(word, "--") == 0) {
			only_words = true;
			list = NULL;
			continue;
		}
		if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
			options_print_help(command, stdout);
			return 1;
		}
		if (word[1] == '-') {
			value = strchr(word, '=');
			spec = find_long(command, word + 2,
					 value ? (size_t)(value - word) - 2 : strlen(word + 2));
			value = value ? value + 1 : NULL;
		} else {
			spec = word[2] == '\0' ? find_letter(command, word[1]) : NULL;
		}
		if (!spec)
			return options_refuse(command, e, "unknown option '%s'", word);
		if (spec->type == OPTION_FLAG && value)
			return options_refuse(command, e, "--%s takes no value", spec->name);
		if (spec->type != OPTION_FLAG && !value) {
			if (i + 1 >= argc)
				return options_refuse(command, e, "--%s needs %s", spec->name,
						      spec->argument);
			value = argv[++i];
		}
		r = set_value(spec, value, target, e);
		if (r < 0)
			return r;
		list = spec->type == OPTION_LIST ? spec : NULL;
	}
	return 0;
}

void options_print_help(const struct option_command *command, FILE *out)
{
	(void)fprintf(out, "Usage: %s %s\n%s\n\nOptions:\n", command->program, command->usage,
		      command->summary);
	for (size_t i = 0; i < command->n_specs; i++) {
		const struct option_spec *spec = &command->specs[i];
		cleanup_free char *left =
			memory_format("%c%c%c --%s%s%s%s", spec->letter ? '-' : ' ',
				      spec->letter ? spec->letter : ' ', spec->letter ? ',' : ' ',
				      spec->name, spec->argument ? " " : "",
				      spec->argument ? spec->argument : "",
				      spec->type == OPTION_LIST ? " ..." : "");

		(void)fprintf(out, "  %-28s %s\n", left, spec->help);
	}
	(void)fprintf(out, "  %-28s %s\n", "-h, --help", "print this and end");
}
