// Package engineapi is what the plugin knows of the Docker Engine API: the table
// of its operations and their parameters, filter keys and request bodies, the
// forms of references, and dockerd's words for errors. It knows no policy.
package engineapi

// Action is what becomes of an operation while a selector is set. The zero
// value refuses.
type Action int

// The actions. Each but Refuse has one handler in the package serve.
const (
	Refuse           Action = iota // cannot be filtered
	Forward                        // carries no data of containers
	Container                      // acts on one container: decided by a side inspect, then forwarded
	ContainerList                  // elements of hidden containers are cut
	ContainerInspect               // 404, or the answer less what it says of hidden containers
	ContainerStart                 // as Container; an error may name another container
	ContainerStats                 // as Container; a shared network counts for another container
	ContainerWait                  // as Container; the error of its start may name another container
	ContainerDelete                // as Container; an error may name containers that depend on it
	Exec                           // as Container, for the container of the exec instance
	ExecInspect                    // as ContainerInspect, for the container of the exec instance
	SystemEvents                   // lines of hidden containers are dropped
	SystemInfo                     // counts are those of the visible containers
	SystemDataUsage                // entries and counters of hidden containers are cut
	NetworkList                    // networks of no visible container are cut
	NetworkInspect                 // 404 unless a visible container uses it
	NetworkConnect                 // names a network and, in the body, a container
	VolumeList                     // volumes of no visible container are cut
	VolumeInspect                  // 404 unless a visible container mounts it
	ImageList                      // images of no visible container are cut
	ImageInspect                   // 404 unless a visible container is made of it
	ImageHistory                   // as ImageInspect
	ImageCommit                    // names a container in the query
	ServiceList                    // services that do not match are cut
	ServiceInspect                 // taken from the filtered list
	ServiceLogs                    // 404 unless the service is visible
	TaskList                       // tasks that do not match are cut
	TaskInspect                    // taken from the filtered list
	TaskLogs                       // 404 unless the task is visible
	Node                           // fields without a line are cut
)

// BodyKind is the request body that an operation has.
type BodyKind int

// The kinds of request bodies. Of a kind that is JSON, what was understood is
// encoded anew.
const (
	NoBody        BodyKind = iota // no body is forwarded, whatever the client sent
	StreamBody                    // forwarded as it comes
	ExecBody                      // container.ExecCreateRequest
	ExecStartBody                 // container.ExecStartRequest
	UpdateBody                    // container.UpdateConfig
	CommitBody                    // container.Config
	ConnectBody                   // network.ConnectRequest and network.DisconnectRequest
)

// Operation is one line of the Engine API: an operationId of its description
// (API 1.24 to 1.56), or a name of ours for a route that the description leaves
// out.
type Operation struct {
	Method string
	Path   string // {} stands for the reference
	ID     string
	Group  string // of the option operations, separated by blanks; none: always allowed
	Action Action

	Query   string // the parameters that are forwarded, separated by blanks
	Repeats string // the parameters that dockerd reads as lists
	Filters string // the keys of the parameter filters that are forwarded
	// OpenFilters: dockerd takes no notice of other keys; elsewhere it refuses them.
	OpenFilters bool
	Refused     string // a boolean parameter with which it would act on something else

	RefParameter string // the parameter that holds the reference, where the path does not
	Lists        string // the path of the list that the object is taken from

	Body        BodyKind
	ContentType string // of the body; dockerd reads a form body before the query
	Upgrade     string // the protocol of an upgraded connection

	MaxBody int // dockerd refuses a longer one where the operation has none; 0: it takes no notice

	Brief     bool   // the answer is there at once and ends by itself
	Follows   string // the parameter with which it does not end
	Streams   string // the parameter without which it does not end
	TellsHost bool   // it tells commands and paths of the host

	Absent          string // dockerd's words for an object that does not exist; {} stands for the reference
	TextErrors      bool   // dockerd writes errors as plain text, without a length
	HiddenIfRefused bool   // refused by the words in Absent
	EmptyIfRefused  bool   // refused by an empty list

	Gate  string // why it is refused while a selector is set, unless insecureAllowOperations names it
	Opens bool   // insecureAllowOperations may name it, though it can be filtered: then nothing is cut
	Cuts  string // what is removed, for the documentation

	parameters map[string]bool // the names in Query
	repeats    map[string]bool // the names in Repeats
	filters    map[string]bool // the names in Filters

	refusals map[string]string // the reason, by place and name, of the table of parameters
	fields   map[string]field  // by the path in small letters; nil: all fields of the body are forwarded
}

// Has reports whether the operation has a query parameter.
func (op *Operation) Has(parameter string) bool { return op.parameters[parameter] }

// Brief reports whether the answer ends by itself, and soon. Whatever is not
// known to do so may go on for ever.
func (ep *Endpoint) Brief() bool {
	switch op := ep.Op; {
	case op.Follows != "":
		return !True(ep.Sent.Get(op.Follows))
	case op.Streams != "":
		return len(ep.Sent[op.Streams]) > 0 && !True(ep.Sent.Get(op.Streams))
	default:
		return op.Brief
	}
}

// Tunnels reports whether the operation can take the connection over.
func (op *Operation) Tunnels() bool { return op.Upgrade != "" || op.Gate == tunnels }

// Words of dockerd for an object that does not exist.
const (
	noContainer = "No such container: {}"
	noKill      = "Cannot kill container: {}: No such container: {}"
	noExec      = "No such exec instance: {}"
	noNetwork   = "network {} not found"
	noImage     = "No such image: {}"
	noVolume    = "get {}: no such volume"
	noService   = "service {} not found"
	noTask      = "task {} not found"
	noNode      = "node {} not found"
	noPlugin    = `plugin "{}" not found`
	noSecret    = "secret {} not found"
	noConfig    = "config {} not found"
)
