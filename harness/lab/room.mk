# SPDX-License-Identifier: GPL-2.0-or-later
# memsoak-lab, and the kernels that it boots.
lab_OBJS := accel.o arguments.o command_kernels.o command_run.o console.o guest.o kernel.o \
	machine.o memsoak_lab.o output.o paths.o payload.o registry.o run_options.o say.o script.o \
	share.o
lab_BASE := clock.o err.o file.o jsonw.o jsonw_stream.o memory.o options.o process.o units.o utf8.o

$(BUILD)/memsoak-lab: $(addprefix $(BUILD)/obj/harness/lab/,$(lab_OBJS)) \
		$(addprefix $(BUILD)/obj/harness/base/,$(lab_BASE))
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -ljson-c

LAB_SUITES := bookworm

.PHONY: lab-stock lab-kernels
# Silent and at once when they are there.
lab-stock:
	$(Q)for suite in $(LAB_SUITES); do harness/lab/fetch-stock.sh $$suite >/dev/null || exit; done

lab-kernels:
	$(Q)harness/lab/install-deps.sh lab kernels
	$(Q)harness/lab/build-kernel.sh --all
