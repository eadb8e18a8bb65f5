// SPDX-License-Identifier: GPL-2.0-or-later
/* All tests of the statistics and of the comparison. */
#include "reports/stats/test_rig.h"

int main(void)
{
	int failed = test_exact() + test_permutation() + test_survival() + test_bootstrap() +
		     test_judge() + test_lockup_kinds() + test_outcome() + test_read() + test_refusals() +
		     test_calibration();

	return failed ? 1 : 0;
}
