/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command-line options from one table: parsing, --help and shell completion all read it.
 * Every table gets --help for free.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct err;

enum option_type {
	OPTION_FLAG,	 /* bool */
	OPTION_STRING,	 /* const char *, borrowed from argv */
	OPTION_NUMBER,	 /* uint64_t, within [min, max] */
	OPTION_DURATION, /* uint64_t ns */
	OPTION_BYTES,	 /* uint64_t bytes */
	OPTION_LIST,	 /* struct option_list: one or more words up to the next option */
};

struct option_list {
	const char **items; /* owned by the list, strings borrowed from argv */
	size_t n_items;
};

struct option_spec {
	const char *name; /* long name without dashes */
	char letter;	  /* 0: none */
	enum option_type type;
	size_t offset;	      /* of the field in the target structure */
	uint64_t min, max;    /* OPTION_NUMBER */
	const char *argument; /* what the help shows for the value: FILE, DIR, PROFILE, T ... */
	const char *help;
};

/* A command: what "--help" prints and completion offers. */
struct option_command {
	const char *program; /* "memsoak report" */
	const char *usage;   /* "RUN [options]" */
	const char *summary; /* one line */
	const struct option_spec *specs;
	size_t n_specs;
};

/*
 * Parses argv[1..]. Words that are no options go to @positional (an OPTION_LIST field's owner
 * frees with option_list_done()). Returns 1 when --help was printed, 0, or -EINVAL with the reason.
 */
int options_parse(const struct option_command *command, int argc, char *const argv[], void *target,
		  struct option_list *positional, struct err *e);

/*
 * Says what is wrong with the words of a command line, "see PROGRAM --help" behind it. Returns
 * -EINVAL, so that callers can write: return options_refuse(&command, e, ...).
 */
int options_refuse(const struct option_command *command, struct err *e, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void options_print_help(const struct option_command *command, FILE *out);
void option_list_done(struct option_list *list);
