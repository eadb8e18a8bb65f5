// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/test_findings.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "observe/test_observe.h"

static size_t frames_length(const struct kmsg_finding *f)
{
	const char *p = f->frames;

	for (size_t i = 0; i < f->n_frames; i++)
		p += strlen(p) + 1;
	return (size_t)(p - f->frames);
}

void test_findings_add(void *context, const struct kmsg_finding *finding)
{
	struct test_findings *t = context;
	struct kmsg_finding *copy = &t->items[t->n];
	size_t frames = finding->n_frames ? frames_length(finding) : 0;
	char *bytes;

	assert_true(t->n < TEST_MAX_FINDINGS);
	assert_true(finding->kind < KMSG_MAX_KIND);
	assert_true(finding->title_length <= finding->text_length);
	t->n++;
	*copy = *finding;
	bytes = memory_alloc(frames + 1, 1);
	memcpy(bytes, finding->frames, frames);
	copy->frames = bytes;
	bytes = memory_alloc(finding->text_length + 1, 1);
	memcpy(bytes, finding->text, finding->text_length);
	copy->text = bytes;
}

void test_findings_done(struct test_findings *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free((char *)t->items[i].frames);
		free((char *)t->items[i].text);
	}
	t->n = 0;
}

void test_findings_of_log(struct test_findings *t, const char *text, size_t length, uint64_t hz)
{
	struct kmsg_classifier *c = kmsg_classifier_new(test_findings_add, t, hz);
	struct log_reader *r = log_reader_new(c);

	t->n = 0;
	log_reader_feed(r, text, length);
	log_reader_end(r);
	log_reader_free(r);
	kmsg_classifier_free(c);
}

void test_findings_of_pieces(struct test_findings *t, const char *text, size_t length, size_t piece)
{
	struct kmsg_classifier *c = kmsg_classifier_new(test_findings_add, t, 0);
	struct log_reader *r = log_reader_new(c);

	t->n = 0;
	for (size_t at = 0; at < length; at += piece)
		log_reader_feed(r, text + at, length - at < piece ? length - at : piece);
	log_reader_end(r);
	log_reader_free(r);
	kmsg_classifier_free(c);
}

const char *test_frames(const struct kmsg_finding *finding)
{
	static char line[8192];
	const char *p = finding->frames;
	size_t length = 0;

	line[0] = '\0';
	for (size_t i = 0; i < finding->n_frames; i++) {
		size_t n = strlen(p);

		assert_true(length + n + 2 < sizeof(line));
		if (i)
			line[length++] = ' ';
		memcpy(line + length, p, n + 1);
		length += n;
		p += n + 1;
	}
	return line;
}

void test_assert_text(const struct kmsg_finding *finding, const char *text)
{
	assert_string_equal(finding->text, text);
	assert_int_equal(finding->text_length, strlen(text));
}
