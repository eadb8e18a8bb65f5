# SPDX-License-Identifier: GPL-2.0-or-later
workloads_OBJS := hoard.o hog.o hold.o migrate.o mlock_churn.o numa_quiet.o orders.o page_list.o page_kinds.o page_proof.o pagemap.o pages.o pin.o place.o \
	placer.o read_across.o refault.o registry.o text.o ticks.o unanswered_read.o worker.o zap.o zone_room.o
workloads_TESTS := test_failures.o test_orders.o test_parts.o test_placer.o test_pressure.o test_rig.o test_worker.o \
	test_workloads.o
workloads_TEST_ROOMS := base workloads
workloads_TEST_LIBS := NUMA JSON THREADS

# The tests start real workers.
$(BUILD)/test/workloads: | $(BUILD)/memsoak-worker
