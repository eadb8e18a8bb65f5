/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A histogram as journals and reports have it: {count, sum_ns, max_ns, buckets[[upper_ns, count]]}. */
#pragma once

#include "base/hist.h"

struct jsonw;

/* Of the buckets only those that have anything; owned by the caller. */
struct jsonw *hist_to_json(const struct hist *h);

/* Adds the buckets of @json, which may be NULL or anything; sum and max are the caller's. */
void hist_add_json(struct hist *into, const struct jsonw *json);
