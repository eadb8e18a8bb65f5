/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel log that somebody else has written, of any size and from any source, in constant memory,
 * line by line to the classifier.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "observe/kmsg_finding.h"

struct err;
struct log_reader;

struct log_reader *log_reader_new(struct kmsg_classifier *classifier);
void log_reader_free(struct log_reader *r); /* NULL is fine */
void log_reader_feed(struct log_reader *r, const char *bytes, size_t n); /* cut anywhere */
void log_reader_end(struct log_reader *r); /* the last line may lack its newline */
/* Feeds all that @fd gives, to its end. */
int log_reader_read(struct log_reader *r, int fd, struct err *e);

struct log_figures {
	uint64_t bytes, lines;
};
const struct log_figures *log_reader_figures(const struct log_reader *r);
