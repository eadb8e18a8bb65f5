# SPDX-License-Identifier: GPL-2.0-or-later
reports_OBJS := fold.o fold_counts.o fold_document.o fold_findings.o fold_frame.o fold_move.o \
	fold_offline.o fold_parts.o fold_phases.o json_scan.o ratio.o report.o report_text.o \
	run_file.o schema.o schema_texts.o tally.o validate.o verdict.o

$(BUILD)/obj/reports/schema_texts.o: reports/schema_texts.S $(wildcard reports/schema/*.json)
	@mkdir -p $(@D)
	@echo "  AS    $<"
	$(Q)$(CC) $(CPPFLAGS) -Wa,-Ireports -c -o $@ $<
