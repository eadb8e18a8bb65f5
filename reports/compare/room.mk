# SPDX-License-Identifier: GPL-2.0-or-later
compare_OBJS := check.o compare.o json.o ladder.o lockups.o metrics.o read.o text.o words.o
