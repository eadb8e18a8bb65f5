/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions this kernel really has, by /proc/kallsyms: version numbers say nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SYMBOL_SIZE 128

/*
 * Is @symbol the function @name: itself, or as the compiler renamed it (.isra.0, .constprop.0,
 * .part.0, .llvm.1234)? Never its .cold part, which is only a piece of it.
 */
bool symbol_is(const char *symbol, const char *name);

/*
 * Looks the names up in one pass over @path (NULL: /proc/kallsyms). found[i]: the symbol for
 * names[i], "" when there is none. A negative errno when the list cannot be read or is empty.
 */
int symbols_find(const char *path, const char *const names[], size_t n, char found[][SYMBOL_SIZE]);
