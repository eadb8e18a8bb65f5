/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal's export format ("journalctl -o export"): entries of KEY=value lines, an empty line
 * between them; a value with a newline in it comes as KEY, newline, 8 bytes of length (little
 * endian), the bytes, newline. Only what the kernel itself said is handed on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kmsg_classifier;
struct log_journal;

#define LOG_JOURNAL_BEGIN_LENGTH 9 /* of the cursor's name, with which each entry begins */

bool log_journal_begins(const char *bytes, size_t n);
bool log_journal_may_begin(const char *bytes, size_t n); /* as far as @n bytes tell */

struct log_journal *log_journal_new(struct kmsg_classifier *classifier);
void log_journal_free(struct log_journal *j); /* NULL is fine */
/* Both return the number of entries that were completed. */
uint64_t log_journal_feed(struct log_journal *j, const char *bytes, size_t n); /* cut anywhere */
uint64_t log_journal_end(struct log_journal *j);
