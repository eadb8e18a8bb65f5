# SPDX-License-Identifier: GPL-2.0-or-later
# Programs that only tests use: each one source file, linked with nothing of the project but base.
tests_OBJS :=
test_PROGRAMS := make_sysfs_tree make_events guest/bare_cycle guest/placer_check guest/observer_check guest/talk

$(BUILD)/test/guest/%: $(BUILD)/obj/harness/tests/guest/%.o
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

$(BUILD)/test/make_%: $(BUILD)/obj/harness/tests/make_%.o
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

include harness/tests/fuzz/fuzz.mk
