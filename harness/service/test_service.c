// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/test_service.h"

int main(void)
{
	return test_control() + test_control_hostile() + test_notify() + test_resume() + test_clock_watch() +
		       test_settled() + test_topology_watch() > 0;
}
