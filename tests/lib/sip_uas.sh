# sip_uas.sh - scenarios for sipp as the called side.  Source after lib.sh.
# shellcheck shell=bash

# uas_head / uas_tail FILE: around the steps that the functions below print.
uas_head='<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="uas">'
uas_tail='</scenario>'

# reply STATUS REASON [HEADERS [BODY]]: to the request received last.
reply() {
	local type=
	[ -n "${4-}" ] && type=$'\nContent-Type: application/sdp'
	cat <<-XML
	<send><![CDATA[
	SIP/2.0 $1 $2
	[last_Via:]
	[last_From:]
	[last_To:];tag=uas[call_number]
	[last_Call-ID:]
	[last_CSeq:]
	Contact: <sip:uas@[local_ip]:[local_port];transport=[transport]>${3:+
	$3}$type
	Content-Length: [len]

	${4-}
	]]></send>
	XML
}

# invite CODEC: waits for one and remembers its CSeq, and whether the offer
# has that payload type (in \$has).
invite() {
	cat <<-XML
	<recv request="INVITE"><action>
	<ereg regexp="[0-9]+ INVITE" search_in="hdr" header="CSeq:"
	check_it="true" assign_to="cseq"/>
	<ereg regexp="RTP/AVP( [0-9]+)* $1[ [:cntrl:]]" search_in="body"
	check_it="false" assign_to="has,rest"/>
	</action></recv>
	<Reference variables="cseq,rest,has"/>
	XML
}

# reply_invite STATUS REASON: to the INVITE, though a CANCEL came last.
reply_invite() {
	reply "$1" "$2" "${3-}" "${4-}" |
		sed 's/^\[last_CSeq:\]/CSeq: [$cseq]/; s/;tag=uas/;tag=uas/'
}

# answer_sdp CODEC NAME
answer_sdp() {
	cat <<-SDP
	v=0
	o=uas 1 1 IN IP4 [local_ip]
	s=-
	c=IN IP4 [local_ip]
	t=0 0
	m=audio 40002 RTP/AVP $1
	a=rtpmap:$1 $2/8000
	SDP
}

# up CODEC NAME: rings, answers, wants ACK and BYE.
up() {
	reply 180 Ringing
	reply 200 OK "" "$(answer_sdp "$1" "$2")"
	echo '<recv request="ACK" timeout="5000"/>'
	echo '<recv request="BYE" timeout="5000"/>'
	reply 200 OK
}

# takes_only CODEC NAME: answers offers that have it, 488 for all others.
takes_only() {
	invite "$1"
	echo '<nop next="take" test="has"/>'
	reply 488 "Not Acceptable Here" \
		'Warning: 305 uas "Incompatible media format"'
	echo '<recv request="ACK" timeout="5000" next="end"/>'
	echo '<label id="take"/>'
	up "$1" "$2"
	echo '<label id="end"/>'
}

# write_uas FILE STEPS...: a command that prints the steps.
write_uas() {
	local file=$1
	shift
	{
		echo "$uas_head"
		"$@"
		echo "$uas_tail"
	} >"$file"
}

# start_uas FILE TRANSPORT COUNT: sipp until COUNT calls are over; its port in
# $uas_port, its process in $uas.  Ports are tried until one is free.
start_uas() {
	local tries=0
	while [ $tries -lt 20 ]; do
		tries=$((tries + 1))
		uas_port=$((20000 + RANDOM))
		(cd "$TMPDIR" && exec sipp -sf "$1" -i 127.0.0.1 -p $uas_port \
			-t "$2" -m "$3" -nostdin -timeout 60 -trace_err \
			-error_file "$1.errors" >"$1.out" 2>&1) &
		uas=$!
		if wait_for 5 bound $uas_port "$2" $uas && kill -0 $uas; then
			return 0
		fi
	done
	return 1
}

# answer_all: sipp answers every call over UDP for a minute; as start_uas.
answer_all() {
	local tries=0
	while [ $tries -lt 20 ]; do
		tries=$((tries + 1))
		uas_port=$((20000 + RANDOM))
		(cd "$TMPDIR" && exec sipp -sn uas -i 127.0.0.1 -p $uas_port \
			-nostdin -timeout 60 >"$TMPDIR/uas.out" 2>&1) &
		uas=$!
		wait_for 5 bound $uas_port u1 $uas && return 0
	done
	return 1
}

# bound PORT TRANSPORT PID: is it that process that has the port?
bound() {
	case $2 in
	u*) ss -Hlunp "sport = :$1" ;;
	*) ss -Hltnp "sport = :$1" ;;
	esac | grep -q "pid=$3,"
}
