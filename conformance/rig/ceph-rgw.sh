#!/bin/bash
# Ceph's object gateway on loopback, with STS, IAM roles and OpenID Connect providers: one monitor, one storage daemon
# that keeps everything in memory, one gateway. Needs the Debian packages ceph-mon, ceph-osd, ceph-common and radosgw.
#
#   ceph-rgw.sh installed                        exit code 0 if Ceph's programs are there
#   ceph-rgw.sh start DIR PORT MONITOR_PORT      starts it with its files in DIR, which is empty or missing, and returns
#                                                when the gateway answers at PORT; $RGW_ACCESS_KEY and $RGW_SECRET_KEY
#                                                are then the keys of an administrator of roles and providers;
#                                                $RGW_BYTES is the room for objects, 1 GiB if not set
#   ceph-rgw.sh stop DIR                         ends what start began, and waits for its end
set -euo pipefail

programs=(ceph ceph-authtool ceph-mon ceph-osd monmaptool radosgw radosgw-admin)

installed() {
  [[ $(command -v "${programs[@]}" | wc -l) == "${#programs[@]}" ]]
}

write_configuration() {
  cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $(</proc/sys/kernel/random/uuid)
mon host = $monitor
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = $dir/keyring
run dir = $dir
log file = $dir/\$name.log
pid file = $dir/\$name.pid
admin socket = $dir/\$name.asok
osd objectstore = memstore
memstore device bytes = ${RGW_BYTES:-1073741824}
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 1
[mon.a]
mon data = $dir/mon
[osd.0]
osd data = $dir/osd
[client.admin]
rgw frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw s3 auth use sts = true
rgw sts key = $(head -c 8 /dev/urandom | od -An -tx1 | tr -d ' \n')
CONF
}

make_keys() {
  local all=(--cap mon 'allow *')
  ceph-authtool "$dir/keyring" --create-keyring --gen-key -n mon. "${all[@]}"
  ceph-authtool "$dir/keyring" --gen-key -n client.admin "${all[@]}" --cap osd 'allow *' --cap mgr 'allow *'
}

start_monitor() {
  local fsid
  fsid=$(ceph-conf --lookup fsid)
  monmaptool --create --fsid "$fsid" --addv a "$monitor" "$dir/monmap"
  ceph-mon -i a --mkfs --monmap "$dir/monmap" --keyring "$dir/keyring"
  ceph-mon -i a
}

start_storage() {
  local uuid
  uuid=$(</proc/sys/kernel/random/uuid)
  ceph osd new "$uuid"
  ceph auth get-or-create osd.0 mon 'allow profile osd' osd 'allow *' >>"$dir/keyring"
  ceph-osd -i 0 --mkfs --osd-uuid "$uuid"
  ceph-osd -i 0
}

start_gateway() {
  radosgw -n client.admin
  timeout 60 bash -c "until curl -sf -m 1 http://127.0.0.1:$port/; do sleep 0.5; done"
  radosgw-admin user create --uid administrator --display-name Administrator \
    --access-key "$RGW_ACCESS_KEY" --secret-key "$RGW_SECRET_KEY" --caps 'roles=*;oidc-provider=*'
}

start() {
  mkdir -p "$dir"/{mon,osd}
  # What the programs say is kept for whoever must find out why it does not start. They live on, so they must not hold
  # the caller's own output open.
  "$0" bring-up "$@" >"$dir/start.log" 2>&1 || {
    tail -5 "$dir/start.log" >&2
    return 1
  }
}

bring-up() {
  write_configuration
  make_keys
  start_monitor
  start_storage
  start_gateway
}

stop() {
  local file pid
  for file in "$dir"/*.pid; do
    [[ -f $file ]] || continue
    pid=$(<"$file")
    kill "$pid" 2>/dev/null || continue
    for _ in {1..100}; do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  done
}

command=${1:-} dir=${2:-} port=${3:-} monitor="[v2:127.0.0.1:${4:-}]"
export CEPH_CONF=$dir/ceph.conf
case $command/$# in
  installed/1 | stop/2 | start/4 | bring-up/4) "$command" "${@:2}" ;;
  *) sed -n '2,12p' "$0" && exit 2 ;;
esac
