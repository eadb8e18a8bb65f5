# SPDX-License-Identifier: GPL-2.0-or-later
# What is fed with any bytes: a log, a record of /dev/kmsg, a run's journal. Each target is a program for
# libFuzzer (BUILD/fuzz), and one that replays the kept inputs (BUILD/test).
FUZZ_TARGETS := log kmsg journal
FUZZ_CC ?= clang-14
FUZZ_SECONDS ?= 60
FUZZ_OBJS := $(addprefix harness/base/,err.o file.o jsonw.o jsonw_stream.o memory.o units.o utf8.o) \
	$(addprefix harness/observe/,kmsg_classify.o kmsg_details.o kmsg_frames.o kmsg_headers.o \
	kmsg_hz.o kmsg_kinds.o kmsg_page.o kmsg_parse.o kmsg_same.o kmsg_trace.o log_fold.o log_journal.o \
	log_line.o log_prefix.o log_reader.o) \
	$(addprefix harness/record/,$(record_READ_OBJS))
FUZZ_FLAGS := -O1 -g -std=gnu17 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

$(BUILD)/fuzz/fuzz_%: harness/tests/fuzz/fuzz_%.c $(FUZZ_OBJS:.o=.c)
	@mkdir -p $(@D)
	@echo "  FUZZ  $@"
	$(Q)$(FUZZ_CC) $(filter-out -D_FORTIFY_SOURCE=%,$(CPPFLAGS)) $(FUZZ_FLAGS) -o $@ $^ $(LIBS_JSON) $(LIBS_MATH)

$(BUILD)/test/fuzz_%: $(BUILD)/obj/harness/tests/fuzz/fuzz_%.o $(BUILD)/obj/harness/tests/fuzz/replay.o \
		$(addprefix $(BUILD)/obj/,$(FUZZ_OBJS))
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_JSON) $(LIBS_MATH)

.PHONY: fuzz fuzz-build fuzz-replay
fuzz: setup
	$(Q)harness/lab/install-deps.sh fuzz
	$(Q)$(MAKE) --no-print-directory fuzz-build
	$(Q)harness/tests/fuzz/fuzz.sh $(BUILD) $(FUZZ_SECONDS)
fuzz-build: $(addprefix $(BUILD)/fuzz/fuzz_,$(FUZZ_TARGETS))
fuzz-replay: $(addprefix $(BUILD)/test/fuzz_,$(FUZZ_TARGETS))
