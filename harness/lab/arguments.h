/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An argument vector that grows. */
#pragma once

#include <stddef.h>

struct arguments {
	char **items; /* NULL-terminated once something was added; owned */
	size_t n_items;
};

void arguments_add(struct arguments *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *const *arguments_argv(const struct arguments *a);
void arguments_done(struct arguments *a);

/* @word quoted for a shell; owned by the caller. */
char *arguments_quote(const char *word);
