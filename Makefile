# SPDX-License-Identifier: GPL-2.0-or-later
# memsoak. "make help" lists the targets; harness/docs/HACKING.md says how the build is laid out.
#
# One makefile, not recursive. Each room (folder) lists its objects and tests in its room.mk.

BUILD ?= build
PREFIX ?= /usr
CC ?= gcc
VERSION := 0.1.0
Q ?= @
WERROR ?= 1

ifeq ($(SANITIZE),address)
SAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(SANITIZE),thread)
SAN_FLAGS := -fsanitize=thread
else
HARDEN := -D_FORTIFY_SOURCE=2
endif

WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 -Wvla \
	-Wundef -Wwrite-strings -Wpointer-arith -Wimplicit-fallthrough $(if $(filter 1,$(WERROR)),-Werror)
CPPFLAGS += -D_GNU_SOURCE -Iharness -I. -DMEMSOAK_VERSION='"$(VERSION)"' \
	-DMEMSOAK_PREFIX='"$(PREFIX)"' $(HARDEN)
# libtracefs includes its sister's headers without their folder.
CPPFLAGS += $(shell pkg-config --cflags-only-I libtracefs 2>/dev/null)
CFLAGS ?= -O2 -g
CFLAGS += -std=gnu17 $(WARNINGS) -fstack-protector-strong -fPIE $(SAN_FLAGS)
LDFLAGS += -pie -Wl,-z,relro,-z,now $(SAN_FLAGS)

LIBS_JSON := -ljson-c
LIBS_INIH := -linih
LIBS_NUMA := -lnuma
LIBS_TRACEFS := -ltracefs -ltraceevent
LIBS_SMARTCOLS := -lsmartcols
LIBS_GSL := -lgsl -lgslcblas -lm
LIBS_MATH := -lm
LIBS_CGROUP := -lcgroup
LIBS_SYSTEMD := -lsystemd
LIBS_CMOCKA := -lcmocka
LIBS_THREADS := -pthread

.DEFAULT_GOAL := all

# --- the rooms -----------------------------------------------------------------------------
HARNESS_ROOMS := base topology plan drive workers observe record service cli lab tests
REPORTS_ROOMS := compare export html stats
ROOMS := $(HARNESS_ROOMS) workloads reports $(REPORTS_ROOMS)
dir_of = $(if $(filter $(1),$(HARNESS_ROOMS)),harness/,$(if $(filter $(1),$(REPORTS_ROOMS)),reports/))$(1)

include $(wildcard $(foreach r,$(ROOMS),$(call dir_of,$(r))/room.mk))

objects_of = $(addprefix $(BUILD)/obj/$(call dir_of,$(1))/,$($(1)_OBJS))
libs_of = $(foreach l,$(1),$(LIBS_$(l)))

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# A program: NAME_MAIN (object), NAME_ROOMS, NAME_LIBS.
define program
$(BUILD)/$(1): $(BUILD)/obj/$($(2)_MAIN) $(foreach r,$($(2)_ROOMS),$(call objects_of,$(r))) $(foreach o,$($(2)_OBJS),$(BUILD)/obj/$(o))
	@echo "  LINK  $$@"
	$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $(sort $(call libs_of,$($(2)_LIBS)))
endef

memsoak_MAIN := harness/cli/memsoak.o
memsoak_ROOMS := base topology plan observe record reports compare export html stats cli
# Of the rooms that touch a host only what "restore", "status" and "abort" need: no libnuma here.
memsoak_OBJS := $(addprefix harness/drive/,$(drive_RESTORE_OBJS)) harness/service/active.o \
	$(addprefix harness/service/,cgroup_traces.o control_ask.o evidence.o give_back.o host_journal.o notify.o open_runs.o \
	prepare.o prepare_swap.o \
	recover.o restore.o resume.o)
# On the room export, which only memsoak has.
memsoak_OBJS += reports/trend.o reports/trend_plot.o
memsoak_LIBS := JSON INIH TRACEFS SMARTCOLS GSL SYSTEMD
memsoakd_MAIN := harness/service/memsoakd.o
memsoakd_ROOMS := base topology plan drive workers observe record reports service
memsoakd_LIBS := JSON INIH NUMA TRACEFS GSL THREADS SYSTEMD CGROUP
worker_MAIN := workloads/memsoak_worker.o
worker_ROOMS := base workloads
worker_LIBS := NUMA THREADS MATH JSON

PROGRAMS := $(BUILD)/memsoak $(BUILD)/memsoakd $(BUILD)/memsoak-worker $(BUILD)/memsoak-lab

$(eval $(call program,memsoak,memsoak))
$(eval $(call program,memsoakd,memsoakd))
$(eval $(call program,memsoak-worker,worker))

.PHONY: all
all: $(PROGRAMS)

# --- unit tests: one binary for each room, with the rooms it may know -------------------------
define unit_test
$(BUILD)/test/$(1): $(foreach t,$($(1)_TESTS),$(BUILD)/obj/$(call dir_of,$(1))/$(t)) $(foreach r,$($(1)_TEST_ROOMS),$(call objects_of,$(r))) $(foreach o,$($(1)_TEST_OBJS),$(BUILD)/obj/$(o))
	@mkdir -p $$(@D)
	@echo "  LINK  $$@"
	$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ -lcmocka $(sort $(call libs_of,$($(1)_TEST_LIBS)) -lm)
unit-$(1): $(BUILD)/test/$(1)
	$(BUILD)/test/$(1)
endef
TESTED_ROOMS := $(foreach r,$(ROOMS),$(if $($(r)_TESTS),$(r)))
$(foreach r,$(TESTED_ROOMS),$(eval $(call unit_test,$(r))))

.PHONY: unit-tests
unit-tests: $(foreach r,$(TESTED_ROOMS),$(BUILD)/test/$(r))

include harness/tests/targets.mk
