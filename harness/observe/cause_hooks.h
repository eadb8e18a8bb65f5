/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's functions that the programs are hung on: which there are depends on the kernel. */
#pragma once

#include "observe/cause_programs.h"
#include "observe/symbols.h"

struct err;
struct fsio;

#define CAUSE_HOOKS 35
#define CAUSE_NO_PROGRAM CAUSE_PROGRAMS

enum cause_role {
	CAUSE_ROLE_MOVE, /* the first that the kernel has; without it there is nothing to be said */
	CAUSE_ROLE_WAIT, /* each that it has, and one at least */
	CAUSE_ROLE_HOLD, /* the same */
	CAUSE_ROLE_FAULT,
	CAUSE_ROLE_LOOKUP,
	CAUSE_ROLE_PUT, /* of the kernels in which a waiter lets go of its reference (5.0 to 5.16) */
	CAUSE_ROLE_LOCKED, /* of those in which it has none (5.17 and later), or should have none */
	CAUSE_ROLE_SLEEP,
	CAUSE_ROLE_BATCH,
	CAUSE_ROLE_UNDO,
	CAUSE_ROLES,
};

struct cause_hook {
	const char *function;
	enum cause_role role;
	enum cause_program at_entry, at_return; /* CAUSE_NO_PROGRAM: none */
};
extern const struct cause_hook cause_hooks[]; /* CAUSE_HOOKS of them */

/* Without one of these its figure is smaller, and "other_holder" or "unknown" greater. */
bool cause_role_is_optional(enum cause_role role);

/*
 * found[i]: the symbol that serves as cause_hooks[i] on this kernel, "" when there is none. A
 * negative errno when /proc/kallsyms cannot be read.
 */
int cause_hooks_find(struct fsio *fs, char found[CAUSE_HOOKS][SYMBOL_SIZE], struct err *e);
