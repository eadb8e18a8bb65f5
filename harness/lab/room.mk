# SPDX-License-Identifier: GPL-2.0-or-later
# memsoak-lab, the kernels that it boots, and what it does with them.
lab_OBJS := ab_compare.o ab_judge.o ab_record.o ab_run.o accel.o arguments.o boot.o command_ab.o \
	command_bisect.o command_kernels.o command_run.o conf.o console.o findings.o guest.o kernel.o machine.o memsoak.o \
	order.o output.o pair.o paths.o payload.o registry.o run_options.o say.o script.o share.o
lab_TESTS := test_lab.o
lab_TEST_ROOMS := base lab
lab_TEST_LIBS := JSON
lab_BASE := clock.o err.o file.o jsonw.o jsonw_stream.o memory.o options.o process.o units.o utf8.o

$(BUILD)/memsoak-lab: $(addprefix $(BUILD)/obj/harness/lab/,memsoak_lab.o $(lab_OBJS)) \
		$(addprefix $(BUILD)/obj/harness/base/,$(lab_BASE))
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -ljson-c -lm

LAB_SUITES := bookworm

.PHONY: lab-stock lab-kernels
# Silent and at once when they are there.
lab-stock:
	$(Q)for suite in $(LAB_SUITES); do harness/lab/fetch-stock.sh $$suite >/dev/null || exit; done

lab-kernels:
	$(Q)harness/lab/install-deps.sh lab kernels
	$(Q)harness/lab/build-kernel.sh --all

# Every scenario on every kernel, against what harness/lab/matrix.conf declares.
.PHONY: matrix
matrix: setup
	$(Q)harness/lab/install-deps.sh kernels test
	$(Q)$(MAKE) --no-print-directory all lab-stock
	$(Q)harness/lab/build-kernel.sh --all
	$(Q)harness/lab/matrix.sh $(BUILD) $(BUILD)/matrix/$(shell date -u +%Y%m%dT%H%M%SZ)

# Each kind of page on kernels whose waiters keep a reference, and on the others.
.PHONY: kinds
kinds: setup
	$(Q)harness/lab/install-deps.sh kernels test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)for kernel in $$(harness/lab/kinds-table.sh --kernels); do harness/lab/build-kernel.sh $$kernel > /dev/null || exit; done
	$(Q)harness/lab/kinds-table.sh $(BUILD) $(BUILD)/kinds

# Both kernels of a tree against each other. The series before is kept as TREE.old.
TREE ?= 5.10
BOOTS ?= 8
OFFLINE_BOOTS ?= 6
SEED ?= 1
AB_DIR := $(BUILD)/ab/$(TREE)
.PHONY: ab
ab: setup
	$(Q)harness/lab/install-deps.sh kernels
	$(Q)$(MAKE) --no-print-directory all
	$(Q)if [ -e $(AB_DIR) ]; then rm -rf $(AB_DIR).old && mv $(AB_DIR) $(AB_DIR).old; fi
	$(Q)$(BUILD)/memsoak-lab ab --tree $(TREE) --boots $(BOOTS) --offline-boots $(OFFLINE_BOOTS) \
		--seed $(SEED) --out $(AB_DIR)
