/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of the profiles that there are. */
#pragma once

#include <stddef.h>

struct profile_names {
	char **names; /* without ".ini"; owned by the list */
	size_t n;
};

/* Adds what is in @folder: -errno when that cannot be read. profile_names_done() is the caller's. */
int profile_names_add(struct profile_names *names, const char *folder);

/* By the alphabet, each name once. */
void profile_names_sort(struct profile_names *names);
void profile_names_done(struct profile_names *names);
