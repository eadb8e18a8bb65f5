// SPDX-License-Identifier: GPL-2.0-or-later
#include "workers/test_rig.h"

int main(void)
{
	return test_placement() + test_groups() + test_trouble() + test_stress_ng() + test_aim() + test_order();
}
