/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile that names others: a run of its own for each, one after the other, and what they came
 * to. */
#pragma once

#include "service/run.h"

/*
 * The exit code of all: the worst, in the order 6, 1, 5, 3, 2, 0, 4. So 0 tells that something
 * passed and nothing worse was seen, and 4 that nothing could be tested. Writes DIR/series.json
 * after each run (schema "series"), and its run into DIR/PROFILE.
 */
int series_run(const struct run_options *options, const struct profile *list);
