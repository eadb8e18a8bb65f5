# SPDX-License-Identifier: GPL-2.0-or-later
# The methods; the tests are of the comparison that uses them as well.
stats_OBJS := bootstrap.o design.o exact.o holm.o permutation.o survival.o
stats_TESTS := test_bootstrap.o test_calibration.o test_exact.o test_files.o test_judge.o test_lockups.o test_outcome.o \
	test_permutation.o test_rig.o test_stats.o test_survival.o
stats_TEST_ROOMS := base reports stats compare
stats_TEST_OBJS := $(addprefix harness/record/,$(record_READ_OBJS))
stats_TEST_LIBS := JSON GSL

# How far the comparison can be trusted, from boots that really ran.
$(BUILD)/test/aa_power: $(BUILD)/obj/reports/stats/aa_power.o \
		$(foreach r,base reports stats compare,$(addprefix $(BUILD)/obj/$(call dir_of,$(r))/,$($(r)_OBJS))) \
		$(addprefix $(BUILD)/obj/,$(stats_TEST_OBJS))
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_JSON) $(LIBS_GSL)
