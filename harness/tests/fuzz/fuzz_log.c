// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as somebody's log: no crash, and cut into pieces anywhere it says the same. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "observe/log_fold.h"
#include "observe/log_reader.h"
#include "tests/fuzz/fuzz.h"

static void demand(bool is_true)
{
	if (!is_true)
		abort();
}

static void check(const struct kmsg_finding *f)
{
	const char *frame = f->frames;

	demand(f->kind < KMSG_MAX_KIND && f->count > 0);
	demand(f->text_length <= KMSG_TEXT_SIZE && f->title_length <= f->text_length);
	demand(f->n_frames <= KMSG_MAX_FRAMES);
	for (size_t i = 0; i < f->n_frames; i++) {
		demand(*frame != '\0');
		frame += strlen(frame) + 1;
	}
	demand(!f->in_migration || f->n_frames > 0 || f->count > 1);
}

static struct log_fold *fold_of(const uint8_t *data, size_t size, size_t piece)
{
	struct log_fold *fold = log_fold_new();
	struct kmsg_classifier *c = kmsg_classifier_new(log_fold_add, fold, 0);
	struct log_reader *r = log_reader_new(c);

	for (size_t at = 0; at < size; at += piece)
		log_reader_feed(r, (const char *)data + at, size - at < piece ? size - at : piece);
	log_reader_end(r);
	log_fold_sort(fold);
	demand(log_reader_figures(r)->bytes == size);
	log_reader_free(r);
	kmsg_classifier_free(c);
	return fold;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size ? 1 + data[size - 1] % 37u : 1;
	struct log_fold *whole = fold_of(data, size, size ? size : 1), *cut = fold_of(data, size, piece);

	demand(log_fold_count(whole) == log_fold_count(cut));
	for (size_t i = 0; i < log_fold_count(whole); i++) {
		const struct kmsg_finding *a = log_fold_at(whole, i), *b = log_fold_at(cut, i);

		check(a);
		demand(a->kind == b->kind && a->same == b->same && a->count == b->count);
		demand(a->text_length == b->text_length &&
		       memcmp(a->text, b->text, a->text_length) == 0);
	}
	log_fold_free(whole);
	log_fold_free(cut);
	return 0;
}
