/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings of a whole log, repeats folded into one, in bounded memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "observe/kmsg_finding.h"

struct log_fold;

struct log_fold *log_fold_new(void);
void log_fold_free(struct log_fold *fold); /* NULL is fine */

/* For kmsg_classifier_new(): @context is the struct log_fold. */
void log_fold_add(void *context, const struct kmsg_finding *finding);

/* Puts them in the order of their first headers; after that nothing may be added. */
void log_fold_sort(struct log_fold *fold);

/* They live as long as the fold. */
size_t log_fold_count(const struct log_fold *fold);
const struct kmsg_finding *log_fold_at(const struct log_fold *fold, size_t index);

/* Of the latest repeat, on the same clock as time_ns; 0: the log tells none. */
uint64_t log_fold_last_ns(const struct log_fold *fold, size_t index);

/* Findings that found no room any more: counted, not kept. */
uint64_t log_fold_unlisted(const struct log_fold *fold);
