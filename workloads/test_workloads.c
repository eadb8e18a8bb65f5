// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/test_rig.h"

int main(void)
{
	return test_parts() + test_worker() + test_orders() + test_failures() + test_pressure() +
	       test_placer();
}
