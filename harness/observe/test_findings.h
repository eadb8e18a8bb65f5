/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a classifier has handed out, kept for a test to look at. */
#pragma once

#include "observe/kmsg_finding.h"
#include "observe/log_reader.h"

#define TEST_MAX_FINDINGS 32

struct test_findings {
	size_t n;
	struct kmsg_finding items[TEST_MAX_FINDINGS]; /* frames and text owned */
};

void test_findings_add(void *context, const struct kmsg_finding *finding);
void test_findings_done(struct test_findings *t);

/* All that a log of this text holds; @hz as for kmsg_classifier_new(). */
void test_findings_of_log(struct test_findings *t, const char *text, size_t length, uint64_t hz);

/* The same, cut into pieces of @piece bytes on the way. */
void test_findings_of_pieces(struct test_findings *t, const char *text, size_t length, size_t piece);

/* "a b c": the frames, in one line; lives until the next call. */
const char *test_frames(const struct kmsg_finding *finding);

/* Is this the finding's text? */
void test_assert_text(const struct kmsg_finding *finding, const char *text);
