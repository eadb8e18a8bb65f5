/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An interval of confidence. A side that has no bound is an infinity. */
#pragma once

#include <stdbool.h>

struct stats_interval {
	bool is_known;
	double low, high;
	const char *method; /* of a fixed list */
};
