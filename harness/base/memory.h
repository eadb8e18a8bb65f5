/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocation that does not return NULL: a harness that cannot get a few bytes prints one line
 * and ends with exit 3; the restore that follows (service, or "memsoak restore") works from
 * the disk and needs nothing of what is lost here.
 */
#pragma once

#include <stddef.h>

void *memory_alloc(size_t count, size_t size); /* zeroed; owned by the caller */
void *memory_grow(void *old, size_t count, size_t size);
char *memory_string(const char *text);
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Adds @word to *list, the caller's and not NULL; @between stands before each but the first. */
void memory_append(char **list, const char *between, const char *word);
