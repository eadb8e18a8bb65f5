// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/stats/holm.h"

#include <gsl/gsl_sort.h>

#include "base/cleanup.h"
#include "base/memory.h"

void holm_adjust(const double *p, size_t n, double *ret_adjusted)
{
	cleanup_free size_t *order = memory_alloc(n + 1, sizeof(*order));
	double so_far = 0;

	gsl_sort_index(order, p, 1, n);
	for (size_t i = 0; i < n; i++) {
		double adjusted = p[order[i]] * (double)(n - i);

		if (adjusted > so_far)
			so_far = adjusted;
		ret_adjusted[order[i]] = so_far < 1 ? so_far : 1;
	}
}
