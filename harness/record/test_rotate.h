/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A keeper of totals that knows what is open, and no more. */
#pragma once

#include <stdint.h>

#include "record/journal.h"

struct recorder;

struct test_rotation {
	char *path; /* of events.jsonl; owned */
	struct journal *journal;
	struct journal_unfinished unfinished;
	uint64_t events; /* without totals */
};

struct test_rotation test_rotation_new(const char *folder);
/* As recorder_rotate(). */
int test_rotate_if_full(struct test_rotation *t, struct recorder *r);
void test_rotation_done(struct test_rotation *t);

/* This block is open, and so many settings, by the file at @path alone. */
void test_check_open(const char *path, uint32_t block, size_t n_settings);
