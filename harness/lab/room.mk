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

LAB_STOCK := bookworm
LAB_KERNELS := $(sort $(patsubst %.conf,%,$(notdir $(shell \
	grep -l '^kind=lab' $(wildcard harness/lab/variants/*.conf) /dev/null))))

.PHONY: lab-stock lab-kernels
lab-stock:
	$(Q)for suite in $(LAB_STOCK); do harness/lab/fetch-stock.sh $$suite >/dev/null || exit; done

# One after the other: each build takes all CPUs.
lab-kernels:
	$(Q)for name in $(LAB_KERNELS); do \
		harness/lab/build-kernel.sh $$name >/dev/null || exit; \
	done
