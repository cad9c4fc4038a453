package main

import (
	"encoding/binary"
	"strconv"
	"time"
)

// Rows are encoded as JSON without structs in between: integers, booleans and instants have PostgreSQL's binary format,
// text is UTF-8.

func readInt32(value []byte) int32 { return int32(binary.BigEndian.Uint32(value)) }

// appendSong writes a row of songColumns.
func appendSong(to []byte, row [][]byte) []byte {
	to = append(to, `{"id":`...)
	to = strconv.AppendInt(to, int64(readInt32(row[0])), 10)
	to = append(to, `,"song":`...)
	to = appendText(to, row[1])
	to = append(to, `,"artist":`...)
	to = appendText(to, row[2])
	to = append(to, `,"year":`...)
	if row[3] == nil {
		to = append(to, "null"...)
	} else {
		to = strconv.AppendInt(to, int64(readInt32(row[3])), 10)
	}
	to = append(to, `,"createdAt":`...)
	to = appendInstant(to, row[4])
	return append(to, '}')
}

// appendTask writes a row of taskColumns.
func appendTask(to []byte, row [][]byte) []byte {
	to = append(to, `{"id":`...)
	to = strconv.AppendInt(to, int64(readInt32(row[0])), 10)
	to = append(to, `,"title":`...)
	to = appendText(to, row[1])
	to = append(to, `,"description":`...)
	to = appendText(to, row[2])
	to = append(to, `,"done":`...)
	to = strconv.AppendBool(to, row[3][0] != 0)
	to = append(to, `,"createdAt":`...)
	to = appendInstant(to, row[4])
	to = append(to, `,"updatedAt":`...)
	to = appendInstant(to, row[5])
	return append(to, '}')
}

const hex = "0123456789abcdef"

func appendText(to, text []byte) []byte {
	to = append(to, '"')
	start := 0
	for i, c := range text {
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		to = append(to, text[start:i]...)
		if c < 0x20 {
			to = append(to, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		} else {
			to = append(to, '\\', c)
		}
		start = i + 1
	}
	to = append(to, text[start:]...)
	return append(to, '"')
}

// microsecondsTo2000 is the time between the epochs of Unix and PostgreSQL.
const microsecondsTo2000 = 946_684_800_000_000

// appendInstant writes a timestamptz in UTC with milliseconds.
func appendInstant(to, value []byte) []byte {
	t := time.UnixMicro(int64(binary.BigEndian.Uint64(value)) + microsecondsTo2000).UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	millisecond := t.Nanosecond() / 1_000_000
	to = append(to, '"')
	to = appendTwo(to, year/100)
	to = appendTwo(to, year%100)
	to = append(to, '-')
	to = appendTwo(to, int(month))
	to = append(to, '-')
	to = appendTwo(to, day)
	to = append(to, 'T')
	to = appendTwo(to, hour)
	to = append(to, ':')
	to = appendTwo(to, minute)
	to = append(to, ':')
	to = appendTwo(to, second)
	to = append(to, '.', byte('0'+millisecond/100))
	to = appendTwo(to, millisecond%100)
	return append(to, 'Z', '"')
}

func appendTwo(to []byte, number int) []byte {
	return append(to, byte('0'+number/10), byte('0'+number%10))
}
