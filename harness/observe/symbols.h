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
 * Looks the names up in one pass over @path below @dir_fd (as openat(): AT_FDCWD, or a root).
 * found[i]: the symbol for names[i], "" when there is none; the plain name is preferred to a
 * renamed one. Functions of the kernel proper only, none of a module. A negative errno when the
 * list cannot be read; -ENODATA when it names no function at all.
 */
int symbols_find(int dir_fd, const char *path, const char *const names[], size_t n,
		 char found[][SYMBOL_SIZE]);
