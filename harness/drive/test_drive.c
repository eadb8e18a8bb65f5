// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <stdio.h>

#include "drive/drive.h"

int main(void)
{
	int failed;

	if (drive_init(NULL) < 0) {
		(void)fprintf(stderr, "test_drive: no handler for the cancel signal\n");
		return 1;
	}
	failed = test_online() + test_cancel() + test_offline() + test_offline_ends() +
		 test_offline_faults() + test_move_call() + test_move() + test_caller() +
		 test_step_mbind() + test_step_numa_balancing() + test_step_demotion() +
		 test_step_reclaim() +
		 test_settings() + test_poison() + test_soft_offline();
	return failed ? 1 : 0;
}
