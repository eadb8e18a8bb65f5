# SPDX-License-Identifier: GPL-2.0-or-later
workers_OBJS := aim.o groups.o numa_quiet.o order.o placement.o placer_client.o sample.o spawn.o stress_ng.o stress_ng_yaml.o
workers_TESTS := test_aim.o test_groups.o test_order.o test_placement.o test_rig.o test_stress_ng.o test_trouble.o test_workers.o
workers_TEST_ROOMS := base topology plan workers
workers_TEST_LIBS := JSON INIH NUMA GSL THREADS

# The tests start real workers.
$(BUILD)/test/workers: | $(BUILD)/memsoak-worker

# What aiming reaches, measured in a lab guest: a program of the tests that needs these rooms.
$(BUILD)/test/guest/placer_check: $(BUILD)/obj/harness/tests/guest/placer_check.o \
		$(foreach r,base topology plan workers,$(addprefix $(BUILD)/obj/harness/$(r)/,$($(r)_OBJS)))
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_JSON) $(LIBS_INIH) $(LIBS_NUMA) $(LIBS_GSL) $(LIBS_THREADS)
