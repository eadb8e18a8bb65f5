# SPDX-License-Identifier: GPL-2.0-or-later
# What needs no libnuma, for whoever only restores or names things (memsoak, the record).
drive_RESTORE_OBJS := names.o online.o poison.o settings.o soft_offline_names.o
drive_OBJS := $(drive_RESTORE_OBJS) cancel.o offline_attempt.o offline_driver.o move_call.o \
	move_driver.o caller_driver.o soft_offline.o step_compaction.o step_migrate_pages.o \
	step_soft_offline.o step_mbind.o step_numa_balancing.o step_demotion.o step_reclaim.o page_places.o \
	asked_workers.o host_counts.o memory_tiers.o
drive_TESTS := test_drive.o test_fake_poison.o test_fake_sysfs.o test_wait.o test_rig.o test_online.o test_cancel.o \
	test_offline.o test_offline_ends.o test_offline_faults.o test_world.o test_move_call.o \
	test_move.o test_caller.o test_step_mbind.o test_step_numa_balancing.o test_step_demotion.o test_step_reclaim.o test_told.o test_poison.o test_settings.o test_soft_offline.o
drive_TEST_ROOMS := base topology plan drive
drive_TEST_OBJS := $(base_TEST_TREE)
drive_TEST_LIBS := JSON NUMA THREADS INIH GSL
